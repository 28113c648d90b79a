package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.UpdatePlan.Rule;
import convlstm4j.formula.Code;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Assign;
import convlstm4j.op.Op;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What each update makes of a weight's elements. */
final class UpdateRules {
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
    return (none, weight, from, to) ->
        System.arraycopy(weight.before("next"), from, weight.after("w"), from, to - from);
  }

  private static Rule of(SgdUpdate op) {
    return (rates, weight, from, to) -> {
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
    };
  }

  private static Rule of(AdamUpdate op) {
    return (rates, weight, from, to) -> {
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
    };
  }

  private static Rule of(RmspropUpdate op) {
    return (rates, weight, from, to) -> {
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
    };
  }

  private static Rule of(PointwiseUpdate op) {
    Code code = op.code();
    return (rate, weight, from, to) -> {
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
    };
  }
}
