package convlstm4j.op;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Mean over all spatial axes. Input {@code x [N, image of C]}, output {@code y [N, C]}, or with
 * spatial axes of size 1 if they are kept.
 *
 * @param format where the channels stand
 * @param rank number of spatial axes, 2 or 3
 * @param keepDims whether the spatial axes stay, with size 1
 */
public record GlobalAveragePool(DataFormat format, int rank, boolean keepDims) implements Op {
  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis == 0
        ? Along.local(this, input, 0, 0)
        : Along.whole(this, "takes the mean of images");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(this, "x", x, rank + 2, "[N, channels and " + rank + " spatial axes]");
    long channels = format.channels(x.from(1));
    if (!keepDims) {
      return List.of(Shape.of(x.dim(0), channels));
    }
    long[] ones = new long[rank];
    Arrays.fill(ones, 1);
    return List.of(format.image(channels, Shape.of(ones)).prepend(x.dim(0)));
  }
}
