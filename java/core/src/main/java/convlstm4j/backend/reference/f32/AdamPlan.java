package convlstm4j.backend.reference.f32;

import convlstm4j.op.AdamUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link AdamUpdate}. */
final class AdamPlan extends UpdatePlan<AdamUpdate> {
  AdamPlan(AdamUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rates, Weight weight, int from, int to) {
    float decay = rates[0] * (float) op.weightDecay();
    float alpha = rates[1];
    float epsilon = (float) op.epsilon();
    float rest1 = (float) (1 - op.beta1());
    float rest2 = (float) (1 - op.beta2());
    float[] g = weight.before("g");
    float[] oldW = weight.before("w");
    float[] oldM = weight.before("m");
    float[] oldV = weight.before("v");
    float[] newW = weight.after("w");
    float[] newM = weight.after("m");
    float[] newV = weight.after("v");
    for (int k = from; k < to; k++) {
      float m = oldM[k] + (g[k] - oldM[k]) * rest1;
      float v = oldV[k] + (g[k] * g[k] - oldV[k]) * rest2;
      float w = oldW[k] - decay * oldW[k];
      newM[k] = m;
      newV[k] = v;
      newW[k] = w - alpha * m / ((float) Math.sqrt(v) + epsilon);
    }
  }
}
