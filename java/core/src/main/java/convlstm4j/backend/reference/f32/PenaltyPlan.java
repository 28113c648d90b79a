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
    float[] x = input(call.inputs(), "x");
    double sum =
        Parallel.sum(x.length, k -> op.l1() * Math.abs(x[k]) + op.l2() * ((double) x[k] * x[k]));
    output(call.outputs(), "value")[0] = (float) (sum / divisor);
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] dx = input(call.inputGradients(), "x");
    float l1 = (float) (output(call.outputGradients(), "value")[0] * op.l1() / divisor);
    float l2 = (float) (output(call.outputGradients(), "value")[0] * 2 * op.l2() / divisor);
    for (int k = 0; k < x.length; k++) {
      dx[k] += l1 * Math.signum(x[k]) + l2 * x[k];
    }
  }
}
