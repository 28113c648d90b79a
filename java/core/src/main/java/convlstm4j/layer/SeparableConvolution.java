package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.formula.Formula;
import convlstm4j.op.Conv;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Window;
import convlstm4j.option.Initializer;
import convlstm4j.option.Padding;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What {@link SeparableConv1D} and {@link SeparableConv2D} share (Chollet 2017, arXiv:1610.02357):
 * each channel is convolved with M kernels of its own, as in {@link DepthwiseConvolution}, then the
 * pixels' channels are mixed. Options of the kernel are those of the first step.
 *
 * @param <S> the layer's own type
 */
public abstract class SeparableConvolution<S extends SeparableConvolution<S>>
    extends Convolution<S> {
  private final int filters;
  private int depthMultiplier = 1;
  private Initializer pointwiseInitializer = Initializers.glorotUniform();
  private Regularizer pointwiseRegularizer = Regularizer.NONE;

  /** For the layers of this package. */
  SeparableConvolution(int filters, int... kernelSize) {
    super(kernelSize);
    this.filters = positive("filters", filters);
  }

  /**
   * Sets how many kernels each channel has.
   *
   * @param value M, at least 1, default 1
   * @return this layer
   * @throws IllegalArgumentException if it is below 1
   */
  public final S depthMultiplier(int value) {
    positive("depth_multiplier", value);
    return set(() -> depthMultiplier = value);
  }

  /**
   * Sets where the first value of the kernel that mixes channels comes from.
   *
   * @param value default {@link Initializers#glorotUniform()}
   * @return this layer
   */
  public final S pointwiseInitializer(Initializer value) {
    return set(() -> pointwiseInitializer = value);
  }

  /**
   * Sets the penalty of the kernel that mixes channels.
   *
   * @param value default none
   * @return this layer
   */
  public final S pointwiseRegularizer(Regularizer value) {
    return set(() -> pointwiseRegularizer = value);
  }

  @Override
  final Value convolve(Lowering g, Value images, long channels) {
    Shape shape = taps().append(channels, depthMultiplier);
    Value kernel = kernel(g, shape);
    Value each =
        g.op(
            DepthwiseConvolution.depthwise(this, channels, depthMultiplier, false),
            images,
            DepthwiseConvolution.eachAlone(
                g, g.reshape(kernel, seenTaps().append(channels, depthMultiplier))));
    Shape mixed = Shape.of(channels * depthMultiplier, filters);
    Value pointwise =
        parameter(
            g,
            "pointwise_kernel",
            mixed.prepend(ones(rank())),
            pointwiseInitializer,
            pointwiseRegularizer,
            true);
    int seen = seenTaps().rank();
    List<Integer> one = Collections.nCopies(seen, 1);
    Window pixel = new Window(one, one, one, Padding.VALID, dataFormat());
    List<Value> inputs =
        new ArrayList<>(List.of(each, g.reshape(pointwise, mixed.prepend(ones(seen)))));
    if (useBias) {
      inputs.add(bias(g, filters));
    }
    return g.ops(new Conv(filters, pixel, useBias), inputs).get(0);
  }

  /**
   * The kernel of the convolution that does both steps at once.
   *
   * @param depthwise {@code [K.., C, M]}
   * @param pointwise {@code [C M, F]}
   * @return {@code [K.., C, F]}
   */
  static Value multiplied(Lowering g, Value depthwise, Value pointwise) {
    Shape each = depthwise.shape();
    int last = each.rank() - 1;
    Shape mixed = Shape.of(each.dim(last - 1), each.dim(last), pointwise.shape().dim(1));
    Value all =
        g.op(
            new Pointwise(Formula.input(0).times(Formula.input(1)), 2),
            g.reshape(depthwise, each.append(1)),
            g.reshape(pointwise, mixed.prepend(ones(each.rank() - 2))));
    Value sum = each.dim(last) == 1 ? all : g.op(new Reduce(Reduce.Mode.SUM, List.of(last)), all);
    return g.reshape(sum, sum.shape().without(last));
  }

  @Override
  final List<String> constrainable() {
    return List.of(kernelName(), "pointwise_kernel", "bias");
  }

  private static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Override
  final String kernelName() {
    return "depthwise_kernel";
  }

  @Override
  final void putOwn(Map<String, Object> config) {
    config.put("filters", filters);
    config.put("depth_multiplier", depthMultiplier);
    config.put("pointwise_initializer", InitializerForms.encode(pointwiseInitializer));
    config.put("pointwise_regularizer", RegularizerForms.encode(pointwiseRegularizer));
  }

  final S readSeparable(Config c) {
    // Keras 2 also writes those of a kernel that there is not; the first is never null.
    c.get("kernel_initializer");
    c.idle("kernel_regularizer");
    c.idle("kernel_constraint");
    return read(c)
        .depthMultiplier(c.integer("depth_multiplier", 1))
        .pointwiseInitializer(
            InitializerForms.read(c, "pointwise_initializer", pointwiseInitializer))
        .pointwiseRegularizer(RegularizerForms.read(c, "pointwise_regularizer"));
  }
}
