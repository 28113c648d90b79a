package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Reverses the order along an axis. Input {@code x}, output {@code y} of the same shape.
 *
 * @param axis along which, not negative
 */
public record Reverse(int axis) implements Op {
  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis == this.axis
        ? Along.whole(this, "goes backwards", axis)
        : Along.local(this, input, axis, axis);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Checks.that(
        axis >= 0 && axis < inputs.get(0).rank(),
        opName() + ": axis " + axis + " of x of shape " + inputs.get(0));
    return List.of(inputs.get(0));
  }
}
