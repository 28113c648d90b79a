package convlstm4j.backend.reference.f32;

import convlstm4j.op.NotFinite;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link NotFinite}. */
final class NotFinitePlan extends ReferencePlan<NotFinite> {
  NotFinitePlan(NotFinite op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    float[] bad = output(call.outputs(), "bad");
    for (int i = 0; i < bad.length; i++) {
      bad[i] = areFinite(data(call.inputs().get(i))) ? 0 : Float.POSITIVE_INFINITY;
    }
  }

  /** Whether no element is NaN or infinite. */
  static boolean areFinite(float[] x) {
    for (float v : x) {
      if (!Float.isFinite(v)) {
        return false;
      }
    }
    return true;
  }
}
