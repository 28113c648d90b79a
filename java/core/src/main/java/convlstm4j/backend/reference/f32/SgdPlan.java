package convlstm4j.backend.reference.f32;

import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link SgdUpdate}. */
final class SgdPlan extends UpdatePlan<SgdUpdate> {
  SgdPlan(SgdUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rates, Weight weight, int from, int to) {
    float rate = rates[0];
    float decay = rate * (float) op.weightDecay();
    float momentum = (float) op.momentum();
    float[] g = weight.before("g");
    float[] oldW = weight.before("w");
    float[] oldM = weight.before("m");
    float[] newW = weight.after("w");
    float[] newM = weight.after("m");
    for (int k = from; k < to; k++) {
      float step = -rate * g[k];
      float w = oldW[k] - decay * oldW[k];
      if (momentum > 0) {
        float m = momentum * oldM[k] + step;
        newM[k] = m;
        newW[k] = w + (op.nesterov() ? momentum * m + step : m);
      } else {
        newW[k] = w + step;
      }
    }
  }
}
