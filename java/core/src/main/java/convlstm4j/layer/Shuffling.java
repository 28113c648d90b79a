package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What pixel shuffles share (Shi et al. 2016, arXiv:1609.05158, eq. 4): channels become pixels of
 * blocks, or the other way. Of the r*r channels that make a block, those of one output channel
 * stand together, its rows first, as PyTorch has it. Images of other axes before the image, such as
 * time, are each taken by themselves.
 *
 * @param <S> the layer's own type
 */
public abstract sealed class Shuffling<S extends Shuffling<S>> extends ImageLayer<S>
    implements DataFormatted<S> permits PixelShuffle, PixelUnshuffle {
  private final String option;

  /** Rows and columns of a block. */
  final int factor;

  /** For the two layers: the option that says how large a block is. */
  Shuffling(String option, int factor) {
    super(2);
    this.option = option;
    this.factor = positive(option, factor);
  }

  @Override
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRankOrMore(x.shape(), axes);
    Folded folded = Folded.of(g, x, axes + 1);
    Value images = folded.images();
    Shape s = images.shape();
    boolean last = dataFormat == DataFormat.CHANNELS_LAST;
    long c = s.dim(last ? 3 : 1);
    long h = s.dim(firstAxis());
    long w = s.dim(firstAxis() + 1);
    check(x.shape(), c, h, w);
    return List.of(folded.unfold(g, moved(g, images, last, c, h, w)));
  }

  /** Fails unless the sizes can be divided. */
  abstract void check(Shape x, long channels, long height, long width);

  /** The shuffle itself. */
  abstract Value moved(Lowering g, Value images, boolean last, long c, long h, long w);

  /** Fails unless a size is a multiple. */
  final void multiple(Shape x, String what, long size, long of) {
    if (size != Shape.UNKNOWN && size % of != 0) {
      throw new ShapeException(
          "input has shape "
              + x
              + " of "
              + size
              + " "
              + what
              + ", expected a multiple of "
              + of
              + " for "
              + option
              + "="
              + factor);
    }
  }

  static long over(long size, long by) {
    return size == Shape.UNKNOWN ? size : size / by;
  }

  /** Another order of the axes of a form, seen as another. */
  static Value rearranged(Lowering g, Value x, Shape form, List<Integer> order, Shape result) {
    return g.reshape(g.op(new Transpose(new ArrayList<>(order)), g.reshape(x, form)), result);
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put(option, factor);
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  /** Reads what is beside the factor. */
  final S readFormat(Config c) {
    return dataFormat(c.dataFormat("data_format"));
  }
}
