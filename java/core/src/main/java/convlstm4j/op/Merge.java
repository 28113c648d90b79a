package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins tensors of one shape element by element. Inputs {@code x0, x1, ..}; output {@code y} of the
 * same shape.
 *
 * @param mode how
 * @param count number of inputs, at least 1
 */
public record Merge(Mode mode, int count) implements Op {
  /** How elements are joined. */
  public enum Mode {
    /** Their sum. */
    SUM,
    /** Their product. */
    MULTIPLY,
    /** Their mean. */
    AVERAGE
  }

  @Override
  public List<String> inputNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("x" + i);
    }
    return names;
  }

  @Override
  public List<String> outputNames() {
    return List.of("y");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape y = inputs.get(0);
    for (int i = 1; i < count; i++) {
      Checks.fits(this, "x" + i, inputs.get(i), y, "that of the other inputs");
      for (int d = 0; d < y.rank(); d++) {
        if (y.dim(d) == Shape.UNKNOWN) {
          y = y.with(d, inputs.get(i).dim(d));
        }
      }
    }
    return List.of(y);
  }
}
