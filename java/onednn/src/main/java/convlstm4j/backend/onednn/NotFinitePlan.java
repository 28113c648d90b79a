package convlstm4j.backend.onednn;

import convlstm4j.op.NotFinite;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@link NotFinite}. */
final class NotFinitePlan extends OneDnnPlan<NotFinite> {
  NotFinitePlan(NotFinite op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer x = at(call.inputs(), i);
      AtomicBoolean good = new AtomicBoolean(true);
      Parallel.ranges(
          x.size(),
          (from, n) -> {
            if (!areFinite(Floats.read(x, from, Floats.scratch(0), n), n)) {
              good.set(false);
            }
          });
      mark(output(call.outputs(), "bad"), i, good);
    }
  }

  /** Whether none of the first n elements is NaN or infinite. */
  static boolean areFinite(float[] x, int n) {
    boolean finite = true;
    for (int k = 0; k < n; k++) {
      finite &= Float.isFinite(x[k]);
    }
    return finite;
  }

  /** Says of an array whether it is good. */
  static void mark(NativeBuffer bad, int array, AtomicBoolean good) {
    Floats.set(bad, array, good.get() ? 0 : Float.POSITIVE_INFINITY);
  }
}
