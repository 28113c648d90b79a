package convlstm4j.backend.onednn;

import convlstm4j.op.Penalty;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Penalty}, summed in double. */
final class PenaltyPlan extends OneDnnPlan<Penalty> {
  private final double divisor;

  PenaltyPlan(Penalty op, List<Shape> inputs) {
    super(op, inputs);
    this.divisor = op.perSample() ? inputs.get(0).dim(0) : 1;
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    double sum =
        Parallel.sum(
            x.size(),
            (from, n) -> {
              float[] v = Floats.read(x, from, Floats.scratch(0), n);
              double absolute = 0;
              double squares = 0;
              for (int k = 0; k < n; k++) {
                absolute += Math.abs(v[k]);
                squares += (double) v[k] * v[k];
              }
              return op.l1() * absolute + op.l2() * squares;
            });
    Floats.set(output(call.outputs(), "value"), 0, (float) (sum / divisor));
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer dx = input(call.inputGradients(), "x");
    float dValue = Floats.get(output(call.outputGradients(), "value"), 0);
    float l1 = (float) (dValue * op.l1() / divisor);
    float l2 = (float) (dValue * 2 * op.l2() / divisor);
    Parallel.ranges(
        x.size(),
        (from, n) -> {
          float[] v = Floats.read(x, from, Floats.scratch(0), n);
          for (int k = 0; k < n; k++) {
            v[k] = l1 * Math.signum(v[k]) + l2 * v[k];
          }
          Floats.add(v, 0, dx, from, n, 1);
        });
  }
}
