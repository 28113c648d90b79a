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
final class UpdatePlan extends OneDnnPlan<Op> {
  /** Index among the groups of what is only read: the gradients. */
  static final int GRADIENT = 1;

  /** What becomes of a weight. */
  @FunctionalInterface
  interface Rule {
    /**
     * Updates n elements.
     *
     * @param rate the op's rates; empty if it has none
     * @param a one array per input group, in order, to be overwritten with the new values
     * @param n number of elements
     */
    void update(float[] rate, float[][] a, int n);
  }

  private final Rule rule;
  private final int count;
  private final int first;
  private final int groups;

  UpdatePlan(Op op, List<Shape> inputs, int count, Rule rule) {
    super(op, inputs);
    this.rule = rule;
    this.count = count;
    this.first = op.input("w0");
    this.groups = (inputs.size() - first) / count;
  }

  @Override
  protected final void compute(Forward call) {
    boolean changes = Double.isFinite(Floats.get(input(call.inputs(), "guard"), 0));
    float[] rate = rate(call.inputs());
    for (int i = 0; i < count; i++) {
      int weight = i;
      Parallel.ranges(
          at(call.inputs(), first + i).size(),
          (from, n) -> {
            float[][] a = read(call.inputs(), weight, from, n);
            if (changes) {
              rule.update(rate, a, n);
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
            rule.update(rate, a, n);
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
    NativeBuffer r = optional(inputs, "rate");
    return r == null ? new float[0] : Floats.read(r, 0, new float[(int) r.size()], (int) r.size());
  }
}
