package convlstm4j.op;

import convlstm4j.option.Activation;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * An activation function of every element (softmax: of every row along the last axis). Input {@code
 * x}, output {@code y} of the same shape.
 *
 * @param activation the function
 */
public record Activate(Activation activation) implements Op {
  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    boolean rows = activation.kind() == Activation.Kind.SOFTMAX;
    return rows && axis == inputs.get(0).rank() - 1
        ? Along.whole(this, "is a softmax along it", axis)
        : Along.local(this, input, axis, axis);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Checks.that(
        activation.kind() != Activation.Kind.SOFTMAX || inputs.get(0).rank() >= 2,
        "softmax: x has shape " + inputs.get(0) + ", expected rank 2 or more: [N, .., C]");
    return List.of(inputs.get(0));
  }
}
