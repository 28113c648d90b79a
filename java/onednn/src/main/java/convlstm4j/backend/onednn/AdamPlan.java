package convlstm4j.backend.onednn;

import convlstm4j.op.AdamUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link AdamUpdate}: groups w, g, m, v. */
final class AdamPlan extends UpdatePlan<AdamUpdate> {
  AdamPlan(AdamUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rate, float[][] a, int n) {
    float keep = 1 - rate[0] * (float) op.weightDecay();
    float alpha = rate[1];
    float epsilon = (float) op.epsilon();
    float rest1 = (float) (1 - op.beta1());
    float rest2 = (float) (1 - op.beta2());
    float[] w = a[0];
    float[] g = a[GRADIENT];
    float[] m = a[2];
    float[] v = a[3];
    for (int k = 0; k < n; k++) {
      m[k] += (g[k] - m[k]) * rest1;
      v[k] += (g[k] * g[k] - v[k]) * rest2;
      w[k] = w[k] * keep - alpha * m[k] / ((float) Math.sqrt(v[k]) + epsilon);
    }
  }
}
