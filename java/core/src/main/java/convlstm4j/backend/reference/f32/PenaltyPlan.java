package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Penalty;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Penalty}, summed in double. */
final class PenaltyPlan extends ReferencePlan<Penalty> {
  private final double divisor;

  PenaltyPlan(Penalty op, List<Shape> inputs) {
    super(op, inputs);
    this.divisor = op.perSample() ? inputs.get(0).dim(0) : 1;
  }

  @Override
  protected void compute(Forward call) {
    float[] x = array(call.inputs().get(0));
    double sum =
        Parallel.sum(x.length, k -> op.l1() * Math.abs(x[k]) + op.l2() * ((double) x[k] * x[k]));
    array(call.outputs().get(0))[0] = (float) (sum / divisor);
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = array(call.inputs().get(0));
    float[] dx = array(call.inputGradients().get(0));
    float l1 = (float) (array(call.outputGradients().get(0))[0] * op.l1() / divisor);
    float l2 = (float) (array(call.outputGradients().get(0))[0] * 2 * op.l2() / divisor);
    for (int k = 0; k < x.length; k++) {
      dx[k] += l1 * Math.signum(x[k]) + l2 * x[k];
    }
  }
}
