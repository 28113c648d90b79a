package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Limits gradients before an update. Inputs {@code g0, g1, ..}, outputs of the same names, which
 * may share memory with them.
 *
 * @param mode what is limited
 * @param limit the bound, above 0
 * @param count number of gradients
 */
public record ClipGradients(Mode mode, double limit, int count) implements Op {
  /** What is limited. */
  public enum Mode {
    /** Every element, to {@code [-limit, limit]}. */
    VALUE,
    /** The Euclidean norm of each gradient: {@code g limit / max(norm, limit)}. */
    NORM,
    /** The Euclidean norm of all gradients together, likewise. */
    GLOBAL_NORM
  }

  public ClipGradients {
    Checks.that(limit > 0, "clip limit " + limit + ", must be above 0");
  }

  @Override
  public List<String> inputNames() {
    return Names.numbered("g", count);
  }

  @Override
  public List<String> outputNames() {
    return inputNames();
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return inputs;
  }
}
