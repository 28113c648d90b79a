package convlstm4j.backend.onednn;

import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.LongPointer;

/**
 * The primitives of one convolution over 2 or 3 spatial axes. Images are channels-last and dense:
 * {@code x [n, image, groups C]}, {@code y [n, image, groups F]}; weights are Keras's {@code [K..,
 * C, groups F]} at the edges and whatever oneDNN likes best ("packed") inside. Group g sees its own
 * C channels of x only and yields its own F channels of y.
 */
final class Convolution {
  /** Most channels that oneDNN takes at once: a vector of AVX-512. */
  private static final int LARGEST_BLOCK = 16;

  private final Dnnl engine;
  private final int rank;
  private final long groups;
  private final long channels;
  private final long filters;
  private final long[] image;
  private final long[] outImage;
  private final long[] kernel;
  private final long[] strides;
  private final long[] dilation;
  private final long[] before;
  private final long[] after;

  /** The same with axes in their own order; this one where they are. */
  private final Convolution upright;

  /**
   * Describes the convolution.
   *
   * @param engine where it runs
   * @param window its geometry
   * @param spatial size of an input image
   * @param channels C, input channels of one group
   * @param filters F, output channels of one group
   * @param groups number of groups
   */
  Convolution(Dnnl engine, Window window, Shape spatial, long channels, long filters, long groups) {
    this(engine, window, spatial, channels, filters, groups, idleAtEnd(window, spatial));
  }

  private Convolution(
      Dnnl engine,
      Window window,
      Shape spatial,
      long channels,
      long filters,
      long groups,
      int idle) {
    this.engine = engine;
    this.rank = window.rank();
    this.groups = groups;
    this.channels = channels;
    this.filters = filters;
    this.image = new long[rank];
    this.outImage = new long[rank];
    this.kernel = new long[rank];
    this.strides = new long[rank];
    this.dilation = new long[rank];
    this.before = new long[rank];
    this.after = new long[rank];
    this.upright =
        idle == 0 ? this : new Convolution(engine, window, spatial, channels, filters, groups, 0);
    for (int i = 0; i < rank; i++) {
      int axis = (i + rank - idle) % rank; // of the window
      image[i] = spatial.dim(axis);
      outImage[i] = window.outputSize(axis, image[i]);
      kernel[i] = window.size().get(axis);
      strides[i] = window.strides().get(axis);
      dilation[i] = window.dilation().get(axis) - 1L; // oneDNN counts the pixels in between
      before[i] = window.padBefore(axis, image[i]);
      long needed = (outImage[i] - 1) * strides[i] + window.extent(axis);
      after[i] = Math.max(0, needed - image[i] - before[i]);
    }
  }

  /**
   * How many of the last axes have one pixel and one tap, as the second axis of what has one axis
   * only. They come first here, which leaves all arrays as they are: oneDNN's code takes pixels
   * along the last axis together, so that a line laid along it is several times faster. {@code
   * jit_dw}'s gradient of weights takes lines along the first only, and nothing else is as fast.
   */
  private static int idleAtEnd(Window window, Shape spatial) {
    int last = window.rank() - 1;
    int idle = 0;
    while (idle < last && spatial.dim(last - idle) == 1 && window.size().get(last - idle) == 1) {
      idle++;
    }
    return idle;
  }

  /** Describes images {@code [n, image, c]} as oneDNN sees them: {@code [n, c, image]}. */
  static memory.desc images(long n, long c, long[] image) {
    long[] dims = new long[image.length + 2];
    dims[0] = n;
    dims[1] = c;
    System.arraycopy(image, 0, dims, 2, image.length);
    return Dnnl.desc(dims, image.length == 2 ? memory.format_tag.nhwc : memory.format_tag.ndhwc);
  }

  /** Describes images of a data format, {@code [n, image, c]} or {@code [n, c, image]}. */
  static memory.desc images(long n, long c, long[] image, DataFormat format) {
    if (format == DataFormat.CHANNELS_LAST) {
      return images(n, c, image);
    }
    return Dnnl.desc(
        Shape.of(image).prepend(n, c).dims(),
        image.length == 2 ? memory.format_tag.nchw : memory.format_tag.ncdhw);
  }

  private memory.desc source(long n) {
    return images(n, groups * channels, image);
  }

  private memory.desc target(long n) {
    return images(n, groups * filters, outImage);
  }

  private long[] weightDims() {
    int at = groups > 1 ? 1 : 0;
    long[] dims = new long[rank + 2 + at];
    dims[0] = groups;
    dims[at] = filters;
    dims[at + 1] = channels;
    System.arraycopy(kernel, 0, dims, at + 2, rank);
    return dims;
  }

  private memory.desc anyWeights() {
    return Dnnl.desc(weightDims(), memory.format_tag.any);
  }

  /** Keras's layout {@code [K.., C, groups F]}. */
  private memory.desc kerasWeights() {
    int at = groups > 1 ? 1 : 0;
    long[] s = new long[rank + 2 + at];
    s[0] = filters;
    s[at] = 1;
    s[at + 1] = groups * filters;
    long stride = channels * groups * filters;
    for (int i = rank - 1; i >= 0; i--) {
      s[at + 2 + i] = stride;
      stride *= kernel[i];
    }
    return Dnnl.desc(weightDims(), s);
  }

  private memory.desc bias() {
    return Dnnl.desc(new long[] {groups * filters}, memory.format_tag.a);
  }

  /** A primitive and the copy that brings weights into or out of its layout. */
  record WithWeights(Prim main, Prim weights, long packedBytes) implements AutoCloseable {
    /** Bytes that either works in. */
    long scratchBytes() {
      return Math.max(main.scratchBytes(), weights.scratchBytes());
    }

    @Override
    public void close() {
      main.close();
      weights.close();
    }
  }

  private convolution_forward.primitive_desc describe(
      long n, boolean bias, primitive_attr attributes) {
    try (LongPointer s = new LongPointer(strides);
        LongPointer d = new LongPointer(dilation);
        LongPointer l = new LongPointer(before);
        LongPointer r = new LongPointer(after);
        memory.desc x = source(n);
        memory.desc w = anyWeights();
        memory.desc y = target(n)) {
      int kind = dnnl.dnnl_forward_training;
      int direct = dnnl.dnnl_convolution_direct;
      if (!bias) {
        return new convolution_forward.primitive_desc(
            engine.engine(), kind, direct, x, w, y, s, d, l, r, attributes, false);
      }
      try (memory.desc b = bias()) {
        return new convolution_forward.primitive_desc(
            engine.engine(), kind, direct, x, w, b, y, s, d, l, r, attributes, false);
      }
    }
  }

  /**
   * {@code y = conv(x, w) + b}, or {@code y += conv(x, w)}; arguments SRC, WEIGHTS (packed), BIAS,
   * DST. The copy packs Keras's weights.
   */
  WithWeights forward(long n, boolean bias, boolean add) {
    try (primitive_attr attributes = Prim.attributes(add);
        convolution_forward.primitive_desc desc = describe(n, bias, attributes)) {
      avoidBroken(desc);
      Prim p =
          new Prim(engine, new primitive(desc), desc)
              .argument(dnnl.DNNL_ARG_SRC, desc.src_desc())
              .argument(dnnl.DNNL_ARG_WEIGHTS, desc.weights_desc())
              .argument(dnnl.DNNL_ARG_DST, desc.dst_desc());
      if (bias) {
        p.argument(dnnl.DNNL_ARG_BIAS, desc.bias_desc());
      }
      return new WithWeights(p, packing(desc.weights_desc()), desc.weights_desc().get_size());
    }
  }

  /**
   * oneDNN 3.11's {@code brg_conv_fwd} is wrong for one channel, strides and outputs one pixel wide
   * (most of the output stays unwritten); its next best code is not.
   */
  private void avoidBroken(convolution_forward.primitive_desc desc) {
    boolean broken = channels == 1 && isStrided();
    while (broken && desc.impl_info_str().getString().startsWith("brg")) {
      broken = desc.next_impl();
    }
  }

  /**
   * oneDNN's {@code jit_1x1} copies the pixels that strides leave into a workspace. For channels
   * that do not fill its blocks of 8 or 16 it writes past the end, into another thread's part
   * (oneDNN issue 6035): wrong gradients, or worse. Its next best code does not.
   */
  private void avoidBroken(convolution_backward_weights.primitive_desc desc) {
    boolean broken = channels % LARGEST_BLOCK != 0 && isStrided();
    while (broken && desc.impl_info_str().getString().startsWith("jit_1x1")) {
      broken = desc.next_impl();
    }
  }

  private boolean isStrided() {
    return Arrays.stream(strides).anyMatch(s -> s > 1);
  }

  /**
   * {@code dx = conv'(dy, w)}; arguments DIFF_DST, WEIGHTS (packed), DIFF_SRC. The copy packs
   * Keras's weights.
   */
  WithWeights backwardData(long n) {
    try (LongPointer s = new LongPointer(strides);
        LongPointer d = new LongPointer(dilation);
        LongPointer l = new LongPointer(before);
        LongPointer r = new LongPointer(after);
        memory.desc x = source(n);
        memory.desc w = anyWeights();
        memory.desc y = target(n);
        primitive_attr attributes = Prim.attributes(false);
        convolution_forward.primitive_desc hint = describe(n, false, attributes);
        convolution_backward_data.primitive_desc desc =
            new convolution_backward_data.primitive_desc(
                engine.engine(),
                dnnl.dnnl_convolution_direct,
                x,
                w,
                y,
                s,
                d,
                l,
                r,
                hint,
                attributes,
                false)) {
      Prim p =
          new Prim(engine, new primitive(desc), desc)
              .argument(dnnl.DNNL_ARG_DIFF_DST, desc.diff_dst_desc())
              .argument(dnnl.DNNL_ARG_WEIGHTS, desc.weights_desc())
              .argument(dnnl.DNNL_ARG_DIFF_SRC, desc.diff_src_desc());
      return new WithWeights(p, packing(desc.weights_desc()), desc.weights_desc().get_size());
    }
  }

  /**
   * {@code dw = conv''(x, dy)} and {@code db}; arguments SRC, DIFF_DST, DIFF_WEIGHTS (packed),
   * DIFF_BIAS. The copy adds the packed gradient to one in Keras's layout.
   */
  WithWeights backwardWeights(long n, boolean bias) {
    boolean depthwise = channels == 1 && filters == 1 && groups > 1;
    return (depthwise ? upright : this).weightGradient(n, bias);
  }

  private WithWeights weightGradient(long n, boolean bias) {
    try (LongPointer s = new LongPointer(strides);
        LongPointer d = new LongPointer(dilation);
        LongPointer l = new LongPointer(before);
        LongPointer r = new LongPointer(after);
        memory.desc x = source(n);
        memory.desc w = anyWeights();
        memory.desc b = bias();
        memory.desc y = target(n);
        primitive_attr attributes = Prim.attributes(false);
        convolution_forward.primitive_desc hint = describe(n, false, attributes);
        convolution_backward_weights.primitive_desc desc =
            bias
                ? new convolution_backward_weights.primitive_desc(
                    engine.engine(),
                    dnnl.dnnl_convolution_direct,
                    x,
                    w,
                    b,
                    y,
                    s,
                    d,
                    l,
                    r,
                    hint,
                    attributes,
                    false)
                : new convolution_backward_weights.primitive_desc(
                    engine.engine(),
                    dnnl.dnnl_convolution_direct,
                    x,
                    w,
                    y,
                    s,
                    d,
                    l,
                    r,
                    hint,
                    attributes,
                    false)) {
      avoidBroken(desc);
      Prim p =
          new Prim(engine, new primitive(desc), desc)
              .argument(dnnl.DNNL_ARG_SRC, desc.src_desc())
              .argument(dnnl.DNNL_ARG_DIFF_DST, desc.diff_dst_desc())
              .argument(dnnl.DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
      if (bias) {
        p.argument(dnnl.DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc());
      }
      memory.desc packed = desc.diff_weights_desc();
      try (memory.desc keras = kerasWeights()) {
        return new WithWeights(p, Prim.reorder(engine, packed, keras, true), packed.get_size());
      }
    }
  }

  private Prim packing(memory.desc packed) {
    try (memory.desc keras = kerasWeights()) {
      return Prim.reorder(engine, keras, packed, false);
    }
  }

  @Override
  public String toString() {
    return Arrays.toString(image) + " * " + Arrays.toString(kernel);
  }
}
