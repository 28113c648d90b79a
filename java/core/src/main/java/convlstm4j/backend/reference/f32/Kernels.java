package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.op.Reverse;
import convlstm4j.tensor.Shape;
import java.util.List;

/** Picks the plan of an op. */
public final class Kernels {
  private Kernels() {}

  /**
   * Prepares an op.
   *
   * @param op what to compute
   * @param inputs known shapes
   * @param mode whether backward follows
   * @return the plan
   */
  public static Plan plan(Op op, List<Shape> inputs, Mode mode) {
    if (op instanceof Reverse o) {
      return new ReversePlan(o, inputs);
    }
    throw new BackendException("reference: no plan for " + op.opName() + " in mode " + mode);
  }
}
