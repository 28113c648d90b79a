package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Joins tensors element by element. Inputs {@code x0, x1, ..}, all of one rank, are {@linkplain
 * Broadcasting broadcast} to the output {@code y}. The gradient of an input that is so is the sum
 * over these axes.
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
    return Names.numbered("x", count);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.broadcast(input, axis, inputs);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return List.of(Broadcasting.joined(this, inputs));
  }
}
