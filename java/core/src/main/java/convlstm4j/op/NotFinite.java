package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Which of {@code count} arrays hold NaN or an infinity. Inputs {@code x0, x1, ..} of any shapes;
 * output {@code bad [count]}: 0 for an array whose elements are all finite, infinity for another.
 *
 * @param count number of arrays
 */
public record NotFinite(int count) implements Op {
  @Override
  public List<String> inputNames() {
    return Names.numbered("x", count);
  }

  @Override
  public List<String> outputNames() {
    return List.of("bad");
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return List.of(Shape.of(count));
  }
}
