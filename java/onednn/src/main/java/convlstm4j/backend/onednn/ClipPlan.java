package convlstm4j.backend.onednn;

import convlstm4j.op.ClipGradients;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link ClipGradients}. Squares add up in double, where those of floats cannot overflow. */
final class ClipPlan extends OneDnnPlan<ClipGradients> {
  ClipPlan(ClipGradients op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    double all = 0;
    if (op.mode() == ClipGradients.Mode.GLOBAL_NORM) {
      for (int i = 0; i < op.count(); i++) {
        all += squares(at(call.inputs(), i));
      }
    }
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer g = at(call.inputs(), i);
      NativeBuffer clipped = at(call.outputs(), i);
      switch (op.mode()) {
        case VALUE -> clip(g, clipped);
        case NORM -> scale(g, clipped, Math.sqrt(squares(g)));
        case GLOBAL_NORM -> scale(g, clipped, Math.sqrt(all));
      }
    }
  }

  private static double squares(NativeBuffer g) {
    return Parallel.sum(
        g.size(),
        (from, n) -> {
          float[] v = Floats.read(g, from, Floats.scratch(0), n);
          double sum = 0;
          for (int k = 0; k < n; k++) {
            sum += (double) v[k] * v[k];
          }
          return sum;
        });
  }

  private void clip(NativeBuffer g, NativeBuffer clipped) {
    float limit = (float) op.limit();
    Parallel.ranges(
        g.size(),
        (from, n) -> {
          float[] v = Floats.read(g, from, Floats.scratch(0), n);
          for (int k = 0; k < n; k++) {
            v[k] = Math.max(-limit, Math.min(limit, v[k]));
          }
          Floats.write(v, clipped, from, n);
        });
  }

  private void scale(NativeBuffer g, NativeBuffer clipped, double norm) {
    float factor = (float) (op.limit() / Math.max(norm, op.limit()));
    Parallel.ranges(
        g.size(),
        (from, n) -> {
          float[] v = Floats.read(g, from, Floats.scratch(0), n);
          for (int k = 0; k < n; k++) {
            v[k] *= factor;
          }
          Floats.write(v, clipped, from, n);
        });
  }
}
