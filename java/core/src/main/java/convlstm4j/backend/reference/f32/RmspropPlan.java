package convlstm4j.backend.reference.f32;

import convlstm4j.op.RmspropUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link RmspropUpdate}. */
final class RmspropPlan extends UpdatePlan<RmspropUpdate> {
  RmspropPlan(RmspropUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rates, Weight weight, int from, int to) {
    float rate = rates[0];
    float decay = rate * (float) op.weightDecay();
    float rho = (float) op.rho();
    float rest = (float) (1 - op.rho());
    float momentum = (float) op.momentum();
    float epsilon = (float) op.epsilon();
    float[] g = weight.before("g");
    float[] oldW = weight.before("w");
    float[] oldV = weight.before("v");
    float[] oldM = weight.before("m");
    float[] oldA = weight.before("a");
    float[] newW = weight.after("w");
    float[] newV = weight.after("v");
    float[] newM = weight.after("m");
    float[] newA = weight.after("a");
    for (int k = from; k < to; k++) {
      float v = rho * oldV[k] + rest * g[k] * g[k];
      newV[k] = v;
      float variance = v;
      if (op.centered()) {
        float a = rho * oldA[k] + rest * g[k];
        newA[k] = a;
        variance = Math.max(v - a * a, 0); // below 0 only by rounding
      }
      float w = oldW[k] - decay * oldW[k];
      float d = rate * g[k] / (float) Math.sqrt(variance + epsilon);
      if (momentum > 0) {
        d += momentum * oldM[k];
        newM[k] = d;
      }
      newW[k] = w - d;
    }
  }
}
