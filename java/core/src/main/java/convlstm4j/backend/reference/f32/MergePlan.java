package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Broadcasting;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link Merge}. An input that is broadcast is laid out as the output; its gradient is a sum. */
final class MergePlan extends ReferencePlan<Merge> {
  /** For each input the elements of the output that one of its own counts for; null if only one. */
  private final List<Groups> groups = new ArrayList<>();

  MergePlan(Merge op, List<Shape> inputs) {
    super(op, inputs);
    Shape y = out.get(0);
    in.forEach(x -> groups.add(x.equals(y) ? null : new Groups(y, Broadcasting.kept(x, y))));
  }

  private List<float[]> laidOut(List<? extends Buffer> inputs) {
    List<float[]> x = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      float[] given = data(inputs.get(i));
      Groups g = groups.get(i);
      x.add(g == null ? given : Spread.of(given, g, (int) out.get(0).elements()));
    }
    return x;
  }

  @Override
  protected void compute(Forward call) {
    List<float[]> x = laidOut(call.inputs());
    float[] y = output(call.outputs(), "y");
    Parallel.ranges(
        y.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            float joined = x.get(0)[k];
            for (int i = 1; i < x.size(); i++) {
              joined =
                  op.mode() == Merge.Mode.MULTIPLY ? joined * x.get(i)[k] : joined + x.get(i)[k];
            }
            y[k] = op.mode() == Merge.Mode.AVERAGE ? joined / x.size() : joined;
          }
        });
  }

  @Override
  protected void addGradients(Backward call) {
    List<float[]> x = laidOut(call.inputs());
    float[] dy = output(call.outputGradients(), "y");
    for (int i = 0; i < x.size(); i++) {
      float[] dx = array(call.inputGradients().get(i));
      int self = i;
      if (dx == null) {
        continue;
      }
      if (groups.get(i) == null) {
        Parallel.ranges(
            dy.length,
            (from, to) -> {
              for (int k = from; k < to; k++) {
                dx[k] += gradient(x, dy, self, k);
              }
            });
      } else {
        addSums(groups.get(i), x, dy, self, dx);
      }
    }
  }

  private void addSums(Groups g, List<float[]> x, float[] dy, int self, float[] dx) {
    double[] sum =
        g.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, to = group; k < n; k++, to += step) {
                sums[to] += gradient(x, dy, self, e + k);
              }
            });
    for (int k = 0; k < dx.length; k++) {
      dx[k] += (float) sum[k];
    }
  }

  private float gradient(List<float[]> x, float[] dy, int self, int k) {
    return switch (op.mode()) {
      case SUM -> dy[k];
      case AVERAGE -> dy[k] / x.size();
      case MULTIPLY -> dy[k] * productOfOthers(x, self, k);
    };
  }

  private static float productOfOthers(List<float[]> x, int self, int k) {
    float product = 1;
    for (int i = 0; i < x.size(); i++) {
      product *= i == self ? 1 : x.get(i)[k];
    }
    return product;
  }
}
