package convlstm4j.backend.reference.f32;

import convlstm4j.formula.Code;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link PointwiseUpdate}. */
final class PointwiseUpdatePlan extends UpdatePlan<PointwiseUpdate> {
  private final Code code;

  PointwiseUpdatePlan(PointwiseUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
    code = op.code();
  }

  @Override
  void update(float[] rate, Weight weight, int from, int to) {
    List<float[]> before = new ArrayList<>(List.of(weight.before("w"), weight.before("g")));
    List<float[]> after = new ArrayList<>(List.of(weight.after("w")));
    for (int k = 0; k < op.formulas().size() - 1; k++) {
      before.add(weight.before("s" + k + "_"));
      after.add(weight.after("s" + k + "_"));
    }
    float[] inputs = new float[op.rates() + before.size()];
    System.arraycopy(rate, 0, inputs, 0, op.rates());
    float[] values = new float[code.steps().size()];
    for (int k = from; k < to; k++) {
      for (int i = 0; i < before.size(); i++) {
        inputs[op.rates() + i] = before.get(i)[k];
      }
      Formulas.run(code, inputs, values);
      for (int i = 0; i < after.size(); i++) {
        after.get(i)[k] = values[code.results().get(i)];
      }
    }
  }
}
