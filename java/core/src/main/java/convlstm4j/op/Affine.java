package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A matrix product over the last axis: {@code y = x w + b}. Inputs: {@code x [.., C]}, {@code w [C,
 * U]}, {@code b [U]} if there is a bias; output {@code y [.., U]}.
 *
 * @param units U, outputs; at least 1
 * @param useBias whether there is {@code b}
 */
public record Affine(int units, boolean useBias) implements Op {
  public Affine {
    Checks.that(units >= 1, "units=" + units + ", must be >= 1");
  }

  @Override
  public List<String> inputNames() {
    return useBias ? List.of("x", "w", "b") : List.of("x", "w");
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis < inputs.get(input).rank() - 1
        ? Along.local(this, input, axis, axis)
        : Along.whole(this, "adds up along it");
  }

  @Override
  public double flops(List<Shape> inputs) {
    return 2.0 * inputs.get(0).elements() * units;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.that(
        x.rank() >= 2, opName() + ": x has shape " + x + ", expected rank 2 or more: [N, .., C]");
    Checks.known(this, "x", Shape.of(x.dim(-1)), "last axis");
    Checks.fits(this, "w", inputs.get(1), Shape.of(x.dim(-1), units), "[C, U]");
    if (useBias) {
      Checks.fits(this, "b", inputs.get(2), Shape.of(units), "[U]");
    }
    return List.of(x.with(-1, units));
  }
}
