package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.op.Broadcasting;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@link Merge}. */
final class MergePlan extends OneDnnPlan<Merge> {
  /** How each input is seen; null if it has the output's shape. */
  private final List<Broadcast> broadcasts = new ArrayList<>();

  MergePlan(Merge op, List<Shape> inputs) {
    super(op, inputs);
    Shape y = out.get(0);
    in.forEach(x -> broadcasts.add(x.equals(y) ? null : new Broadcast(y, Broadcasting.kept(x, y))));
  }

  private float[] read(List<? extends Buffer> inputs, int i, long from, int slot, int n) {
    float[] target = Floats.scratch(slot);
    return broadcasts.get(i) == null
        ? Floats.read(at(inputs, i), from, target, n)
        : broadcasts.get(i).read(at(inputs, i), from, target, n);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        y.size(),
        (from, n) -> {
          float[] joined = read(call.inputs(), 0, from, 0, n);
          for (int i = 1; i < op.count(); i++) {
            float[] x = read(call.inputs(), i, from, 1, n);
            if (op.mode() == Merge.Mode.MULTIPLY) {
              multiply(joined, x, n);
            } else {
              for (int k = 0; k < n; k++) {
                joined[k] += x[k];
              }
            }
          }
          if (op.mode() == Merge.Mode.AVERAGE) {
            divide(joined, n);
          }
          Floats.write(joined, y, from, n);
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return broadcasts.get(input) == null;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer dx = wantedAt(call.inputGradients(), i);
      int self = i;
      if (dx == null) {
        continue;
      }
      if (broadcasts.get(i) == null) {
        boolean write = call.written().contains(i);
        Parallel.ranges(
            dy.size(),
            (from, n) ->
                Floats.give(write, gradient(call.inputs(), dy, self, from, n), 0, dx, from, n, 1));
      } else {
        broadcasts.get(i).addSums((from, n) -> gradient(call.inputs(), dy, self, from, n), dx);
      }
    }
  }

  /** What n elements of y's gradient make of that of an input laid out as y. */
  private float[] gradient(
      List<? extends Buffer> inputs, NativeBuffer dy, int self, long from, int n) {
    float[] d = Floats.read(dy, from, Floats.scratch(0), n);
    if (op.mode() == Merge.Mode.AVERAGE) {
      divide(d, n);
    } else if (op.mode() == Merge.Mode.MULTIPLY) {
      multiply(d, productOfOthers(inputs, self, from, n), n);
    }
    return d;
  }

  private float[] productOfOthers(List<? extends Buffer> inputs, int self, long from, int n) {
    float[] product = Floats.scratch(2);
    Arrays.fill(product, 0, n, 1);
    for (int i = 0; i < inputs.size(); i++) {
      if (i != self) {
        multiply(product, read(inputs, i, from, 3, n), n);
      }
    }
    return product;
  }

  private static void multiply(float[] a, float[] b, int n) {
    for (int k = 0; k < n; k++) {
      a[k] *= b[k];
    }
  }

  private void divide(float[] a, int n) {
    for (int k = 0; k < n; k++) {
      a[k] /= op.count();
    }
  }
}
