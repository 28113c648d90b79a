package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Maximum or average over a sliding window of 2 or 3 spatial axes. Input {@code x [N, image of C]},
 * output {@code y [N, image of C]}. Padding never wins or counts: it is minus infinity for the
 * maximum and left out of the average. The gradient of a maximum goes to the first of equal values
 * in row-major order.
 *
 * @param mode what is taken of a window
 * @param window the geometry; 2 or 3 spatial axes, no dilation
 */
public record Pool(Mode mode, Window window) implements Op {
  /** What is taken of a window. */
  public enum Mode {
    /** The largest value. */
    MAX,
    /** The mean of the values inside the image. */
    AVERAGE
  }

  public Pool {
    Checks.that(window.rank() >= 2, "pool_size=" + window.size() + ", expected 2 or 3 values");
    Checks.that(
        window.dilation().stream().allMatch(d -> d == 1),
        "pooling has no dilation, got " + window.dilation());
  }

  @Override
  public boolean selects() {
    return mode == Mode.MAX;
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.windows(this, window, true, input, axis);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(
        this, "x", x, window.rank() + 2, "[N, channels and " + window.rank() + " spatial axes]");
    Shape image = x.from(1);
    Shape spatial = window.output(opName(), window.format().spatial(image));
    return List.of(
        window.format().image(window.format().channels(image), spatial).prepend(x.dim(0)));
  }
}
