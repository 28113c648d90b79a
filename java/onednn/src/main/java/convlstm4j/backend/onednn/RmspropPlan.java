package convlstm4j.backend.onednn;

import convlstm4j.op.RmspropUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link RmspropUpdate}: groups w, g, v, with momentum m, centered a. */
final class RmspropPlan extends UpdatePlan<RmspropUpdate> {
  private static final int FIRST_OPTIONAL = 3;

  RmspropPlan(RmspropUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rates, float[][] arrays, int n) {
    float rate = rates[0];
    float keep = 1 - rate * (float) op.weightDecay();
    float rho = (float) op.rho();
    float rest = (float) (1 - op.rho());
    float momentum = (float) op.momentum();
    float epsilon = (float) op.epsilon();
    float[] w = arrays[0];
    float[] g = arrays[GRADIENT];
    float[] v = arrays[2];
    float[] m = momentum > 0 ? arrays[FIRST_OPTIONAL] : null;
    float[] a = op.centered() ? arrays[FIRST_OPTIONAL + (momentum > 0 ? 1 : 0)] : null;
    for (int k = 0; k < n; k++) {
      v[k] = rho * v[k] + rest * g[k] * g[k];
      float variance = v[k];
      if (a != null) {
        a[k] = rho * a[k] + rest * g[k];
        variance = Math.max(variance - a[k] * a[k], 0); // below 0 only by rounding
      }
      float step = rate * g[k] / (float) Math.sqrt(variance + epsilon);
      if (m != null) {
        m[k] = momentum * m[k] + step;
        step = m[k];
      }
      w[k] = w[k] * keep - step;
    }
  }
}
