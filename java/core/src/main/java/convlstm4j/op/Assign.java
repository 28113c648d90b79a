package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@code w = next} for {@code count} arrays at once, unless the guard is not finite: then they keep
 * their values. Inputs: {@code guard [1]}, then the groups {@code w0.., next0..}; outputs {@code
 * w0..}, which may share memory with the inputs of the same name.
 *
 * @param count number of arrays
 */
public record Assign(int count) implements Op {
  @Override
  public List<String> inputNames() {
    return Updates.names(List.of("guard"), List.of("w", "next"), count);
  }

  @Override
  public List<String> outputNames() {
    return Updates.names(List.of(), List.of("w"), count);
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    return Updates.outputs(this, inputs, count, 1);
  }
}
