package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.ClipGradients;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link ClipGradients}. Squares add up in double, where those of floats cannot overflow. */
final class ClipPlan extends ReferencePlan<ClipGradients> {
  ClipPlan(ClipGradients op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    double all = 0;
    if (op.mode() == ClipGradients.Mode.GLOBAL_NORM) {
      for (int i = 0; i < op.count(); i++) {
        all += squares(data(call.inputs().get(i)));
      }
    }
    for (int i = 0; i < op.count(); i++) {
      float[] g = data(call.inputs().get(i));
      float[] clipped = data(call.outputs().get(i));
      switch (op.mode()) {
        case VALUE -> clip(g, clipped);
        case NORM -> scale(g, clipped, Math.sqrt(squares(g)));
        case GLOBAL_NORM -> scale(g, clipped, Math.sqrt(all));
      }
    }
  }

  private static double squares(float[] g) {
    return Parallel.sum(g.length, k -> (double) g[k] * g[k]);
  }

  private void clip(float[] g, float[] clipped) {
    float limit = (float) op.limit();
    for (int k = 0; k < g.length; k++) {
      clipped[k] = Math.max(-limit, Math.min(limit, g[k]));
    }
  }

  private void scale(float[] g, float[] clipped, double norm) {
    float factor = (float) (op.limit() / Math.max(norm, op.limit()));
    for (int k = 0; k < g.length; k++) {
      clipped[k] = g[k] * factor;
    }
  }
}
