package convlstm4j.layer;

import convlstm4j.graph.ImageAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.Optional;

/**
 * What the layers share that take images, or sequences as images of one spatial axis, and have no
 * weights.
 *
 * @param <S> the layer's own type
 */
public abstract class ImageLayer<S extends ImageLayer<S>> extends KerasLayer<S> {
  /** Number of spatial axes. */
  final int axes;

  DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /** For the layers of this package. */
  ImageLayer(int axes) {
    this.axes = axes;
  }

  /** The first spatial axis of images. */
  final int firstAxis() {
    return dataFormat == DataFormat.CHANNELS_LAST ? 1 : 2;
  }

  /** Fails unless the input has a batch, channels and the spatial axes, and no more. */
  final void checkRank(Shape x) {
    if (x.rank() != axes + 2) {
      throw wrongRank(x, axes, "");
    }
  }

  /** Fails unless an input has a batch, channels and so many spatial axes, or more. */
  static void checkRankOrMore(Shape x, int axes) {
    if (x.rank() < axes + 2) {
      throw wrongRank(x, axes, " or more");
    }
  }

  private static ShapeException wrongRank(Shape x, int axes, String more) {
    return new ShapeException(
        "input has shape "
            + x
            + ", expected rank "
            + (axes + 2)
            + more
            + ": batch, channels and "
            + axes
            + " spatial "
            + (axes == 1 ? "axis" : "axes"));
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return imageAxes(dataFormat, axes);
  }

  /** Sequences have no image. */
  static Optional<ImageAxes> imageAxes(DataFormat format, int axes) {
    return axes == 1 ? Optional.empty() : Optional.of(new ImageAxes(format, axes));
  }
}
