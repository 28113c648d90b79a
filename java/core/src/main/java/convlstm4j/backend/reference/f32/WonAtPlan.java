package convlstm4j.backend.reference.f32;

import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link WonAt}, element by element. */
final class WonAtPlan extends ReferencePlan<WonAt> {
  WonAtPlan(WonAt op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] places = input(call.inputs(), "places");
    float[] y = output(call.outputs(), "y");
    int n = (int) in.get(0).dim(1);
    int inner = (int) in.get(0).dim(2);
    int numbers = (int) in.get(1).dim(1);
    int bits = Winners.bits(op.size());
    int perNumber = Winners.perNumber(op.size());
    for (int e = 0; e < x.length; e++) {
      int k = e / inner % n;
      int number = (int) places[(e / inner / n * numbers + k / perNumber) * inner + e % inner];
      int place = number >> (k % perNumber * bits) & ((1 << bits) - 1);
      y[e] = place == op.place() ? x[e] : 0;
    }
  }
}
