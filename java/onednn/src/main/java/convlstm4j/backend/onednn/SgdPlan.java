package convlstm4j.backend.onednn;

import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link SgdUpdate}: groups w, g and, with momentum, m. */
final class SgdPlan extends UpdatePlan<SgdUpdate> {
  SgdPlan(SgdUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] rates, float[][] a, int n) {
    float rate = rates[0];
    float keep = 1 - rate * (float) op.weightDecay();
    float momentum = (float) op.momentum();
    float[] w = a[0];
    float[] g = a[GRADIENT];
    if (momentum == 0) {
      for (int k = 0; k < n; k++) {
        w[k] = w[k] * keep - rate * g[k];
      }
      return;
    }
    float[] m = a[2];
    for (int k = 0; k < n; k++) {
      float step = -rate * g[k];
      m[k] = momentum * m[k] + step;
      w[k] = w[k] * keep + (op.nesterov() ? momentum * m[k] + step : m[k]);
    }
  }
}
