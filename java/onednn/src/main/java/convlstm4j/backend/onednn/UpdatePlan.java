package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the optimiser updates share: the guard and the walk over the weights. Outputs are the input
 * groups but the second, in the same order, and may share memory with them.
 */
abstract class UpdatePlan<O extends Op> extends OneDnnPlan<O> {
  /** Index among the groups of what is only read: the gradients. */
  static final int GRADIENT = 1;

  private final int count;
  private final int first;
  private final int groups;

  UpdatePlan(O op, List<Shape> inputs, int count) {
    super(op, inputs);
    this.count = count;
    this.first = op.input("w0");
    this.groups = (inputs.size() - first) / count;
  }

  /**
   * Updates n elements.
   *
   * @param rate the op's rates; null if it has none
   * @param a one array per input group, in order, to be overwritten with the new values
   * @param n number of elements
   */
  abstract void update(float[] rate, float[][] a, int n);

  @Override
  protected final void compute(Forward call) {
    boolean changes = Double.isFinite(Floats.get(at(call.inputs(), op.input("guard")), 0));
    float[] rate = rate(call.inputs());
    for (int i = 0; i < count; i++) {
      int weight = i;
      Parallel.ranges(
          at(call.inputs(), first + i).size(),
          (from, n) -> {
            float[][] a = read(call.inputs(), weight, from, n);
            if (changes) {
              update(rate, a, n);
            }
            int output = weight;
            for (int g = 0; g < groups; g++) {
              if (g != GRADIENT) {
                Floats.write(a[g], at(call.outputs(), output), from, n);
                output += count;
              }
            }
          });
    }
  }

  /** Which weights an update would make NaN or infinite: {@link convlstm4j.op.UpdateTrial}. */
  final void tryOut(List<? extends Buffer> inputs, NativeBuffer bad) {
    float[] rate = rate(inputs);
    for (int i = 0; i < count; i++) {
      int weight = i;
      AtomicBoolean good = new AtomicBoolean(true);
      Parallel.ranges(
          at(inputs, first + i).size(),
          (from, n) -> {
            float[][] a = read(inputs, weight, from, n);
            update(rate, a, n);
            for (int g = 0; g < groups; g++) {
              if (g != GRADIENT && !NotFinitePlan.areFinite(a[g], n)) {
                good.set(false);
              }
            }
          });
      NotFinitePlan.mark(bad, i, good);
    }
  }

  private float[][] read(List<? extends Buffer> inputs, int weight, long from, int n) {
    float[][] a = new float[groups][];
    for (int g = 0; g < groups; g++) {
      NativeBuffer b = at(inputs, first + g * count + weight);
      a[g] = Floats.read(b, from, Floats.scratch(g), n);
    }
    return a;
  }

  private float[] rate(List<? extends Buffer> inputs) {
    int i = op.input("rate");
    if (i < 0) {
      return null;
    }
    NativeBuffer r = at(inputs, i);
    return Floats.read(r, 0, new float[(int) r.size()], (int) r.size());
  }
}
