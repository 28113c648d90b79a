package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.UpdatePlan.Rule;
import convlstm4j.formula.Code;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Assign;
import convlstm4j.op.Op;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What each update makes of n elements of its groups' arrays, in the order of the groups. */
final class UpdateRules {
  /** RMSprop's groups are w, g, v, then with momentum m, centered a. */
  private static final int FIRST_OPTIONAL = 3;

  private UpdateRules() {}

  /** The plan of an update; empty for another kind of op. */
  static Optional<UpdatePlan> plan(Op op, List<Shape> inputs) {
    if (op instanceof AdamUpdate o) {
      return Optional.of(new UpdatePlan(o, inputs, o.count(), of(o)));
    }
    if (op instanceof Assign o) {
      return Optional.of(new UpdatePlan(o, inputs, o.count(), assign()));
    }
    if (op instanceof PointwiseUpdate o) {
      return Optional.of(new UpdatePlan(o, inputs, o.count(), of(o)));
    }
    if (op instanceof RmspropUpdate o) {
      return Optional.of(new UpdatePlan(o, inputs, o.count(), of(o)));
    }
    if (op instanceof SgdUpdate o) {
      return Optional.of(new UpdatePlan(o, inputs, o.count(), of(o)));
    }
    return Optional.empty();
  }

  private static Rule assign() {
    return (none, a, n) -> System.arraycopy(a[1], 0, a[0], 0, n);
  }

  private static Rule of(SgdUpdate op) {
    return (rates, a, n) -> {
      float rate = rates[0];
      float keep = 1 - rate * (float) op.weightDecay();
      float momentum = (float) op.momentum();
      float[] w = a[0];
      float[] g = a[UpdatePlan.GRADIENT];
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
    };
  }

  private static Rule of(AdamUpdate op) {
    return (rate, a, n) -> {
      float keep = 1 - rate[0] * (float) op.weightDecay();
      float alpha = rate[1];
      float epsilon = (float) op.epsilon();
      float rest1 = (float) (1 - op.beta1());
      float rest2 = (float) (1 - op.beta2());
      float[] w = a[0];
      float[] g = a[UpdatePlan.GRADIENT];
      float[] m = a[2];
      float[] v = a[3];
      for (int k = 0; k < n; k++) {
        m[k] += (g[k] - m[k]) * rest1;
        v[k] += (g[k] * g[k] - v[k]) * rest2;
        w[k] = w[k] * keep - alpha * m[k] / ((float) Math.sqrt(v[k]) + epsilon);
      }
    };
  }

  private static Rule of(RmspropUpdate op) {
    return (rates, arrays, n) -> {
      float rate = rates[0];
      float keep = 1 - rate * (float) op.weightDecay();
      float rho = (float) op.rho();
      float rest = (float) (1 - op.rho());
      float momentum = (float) op.momentum();
      float epsilon = (float) op.epsilon();
      float[] w = arrays[0];
      float[] g = arrays[UpdatePlan.GRADIENT];
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
    };
  }

  private static Rule of(PointwiseUpdate op) {
    Code code = op.code();
    return (rate, a, n) -> {
      Formulas.run(
          code,
          (i, x, size) -> {
            if (i < op.rates()) {
              Arrays.fill(x, 0, size, rate[i]);
            } else {
              System.arraycopy(a[i - op.rates()], 0, x, 0, size);
            }
          },
          n);
      for (int f = 0; f < op.formulas().size(); f++) {
        float[] target = a[f == 0 ? 0 : f + UpdatePlan.GRADIENT];
        System.arraycopy(Formulas.result(code, f), 0, target, 0, n);
      }
    };
  }
}
