package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A regulariser: {@code value = (l1 sum|x| + l2 sum x^2) / divisor}. Input {@code x}, output {@code
 * value [1]}. The derivative of {@code |x|} at 0 is 0.
 *
 * @param l1 weight of the absolute values
 * @param l2 weight of the squares
 * @param perSample whether the divisor is the size of axis 0 (Keras's activity regulariser) or 1
 */
public record Penalty(double l1, double l2, boolean perSample) implements Op {
  public Penalty {
    Checks.that(l1 >= 0 && l2 >= 0, "l1=" + l1 + ", l2=" + l2 + ", must be >= 0");
  }

  @Override
  public List<String> outputNames() {
    return List.of("value");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return List.of(Shape.of(1));
  }
}
