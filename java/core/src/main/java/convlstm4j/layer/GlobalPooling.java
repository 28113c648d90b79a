package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Pool;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the global pooling layers share. The input may have more axes between the batch and the
 * image, which stay in the output: every image is pooled by itself.
 *
 * @param <S> the layer's own type
 */
public abstract class GlobalPooling<S extends GlobalPooling<S>> extends ImageLayer<S>
    implements DataFormatted<S> {
  private final Pool.Mode mode;
  private boolean keepDims;

  /** For the layers of this package. */
  GlobalPooling(Pool.Mode mode, int axes) {
    super(axes);
    this.mode = mode;
  }

  @Override
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Says whether the spatial axes stay, with size 1.
   *
   * @param value default false
   * @return this layer
   */
  public final S keepDims(boolean value) {
    return set(() -> keepDims = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    if (axes == 1 && mode == Pool.Mode.AVERAGE && arguments.seen().isPresent()) {
      return List.of(masked(g, maybeMasked(arguments), arguments.seen().get()));
    }
    Folded folded = Folded.of(g, only(arguments), axes + 1);
    Value images = folded.images();
    if (mode == Pool.Mode.AVERAGE && axes > 1) {
      GlobalAveragePool op = new GlobalAveragePool(dataFormat, axes, keepDims);
      return List.of(folded.unfold(g, g.op(op, images)));
    }
    checkRankOrMore(images.shape(), axes);
    boolean last = dataFormat == DataFormat.CHANNELS_LAST;
    long n = images.shape().dim(0);
    long channels = images.shape().dim(last ? axes + 1 : 1);
    Value y = g.reshape(pooled(g, images, last), Shape.of(n, channels));
    long[] ones = new long[keepDims ? axes : 0];
    Arrays.fill(ones, 1);
    Shape kept = last ? Shape.of(channels).prepend(ones) : Shape.of(ones).prepend(channels);
    return List.of(folded.unfold(g, g.reshape(y, kept.prepend(n))));
  }

  /** The mean of the steps that count. */
  private Value masked(Lowering g, Value x, Value mask) {
    if (x.shape().rank() != 3 || mask.shape().rank() != 2) {
      throw new ShapeException(
          "input of shape "
              + x.shape()
              + " with a mask of shape "
              + mask.shape()
              + ", expected [N, T, C] and [N, T]");
    }
    int steps = dataFormat == DataFormat.CHANNELS_LAST ? 1 : 2;
    Shape m = mask.shape();
    Shape over = steps == 1 ? m.append(1) : Shape.of(m.dim(0), 1, m.dim(1));
    Value counts = g.reshape(g.op(new Pointwise(Masks.COUNTS, 1), mask), over);
    Value kept = g.op(new Pointwise(Formula.input(0).times(Formula.input(1)), 2), x, counts);
    Reduce sum = new Reduce(Reduce.Mode.SUM, List.of(steps));
    Formula mean = Formula.input(0).over(Formula.input(1));
    Value y = g.op(new Pointwise(mean, 2), g.op(sum, kept), g.op(sum, counts));
    return keepDims ? y : g.reshape(y, y.shape().without(steps));
  }

  /** By a window of the whole image; a sequence is an image of one column. */
  private Value pooled(Lowering g, Value sequence, boolean last) {
    Value images = sequence;
    if (axes == 1) {
      images = g.reshape(sequence, Axes.withColumn(sequence.shape(), dataFormat));
    }
    if (mode == Pool.Mode.AVERAGE) {
      return g.op(new GlobalAveragePool(dataFormat, Math.max(axes, 2), false), images);
    }
    List<Integer> size = new ArrayList<>();
    for (int a = 0; a < Math.max(axes, 2); a++) {
      long pixels = images.shape().dim(a + (last ? 1 : 2));
      // Of an unknown size, while a graph is built, only the shape counts.
      size.add(pixels == Shape.UNKNOWN ? 1 : Math.toIntExact(pixels));
    }
    List<Integer> ones = size.stream().map(k -> 1).toList();
    return g.op(new Pool(mode, new Window(size, size, ones, Padding.VALID, dataFormat)), images);
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("data_format", dataFormat.kerasName());
    c.put("keepdims", keepDims);
    return c;
  }

  final S read(Config c) {
    return dataFormat(c.dataFormat("data_format")).keepDims(c.bool("keepdims", false));
  }
}
