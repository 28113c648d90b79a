package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.op.Merge;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Merge}. */
final class MergePlan extends OneDnnPlan<Merge> {
  MergePlan(Merge op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  public void forward(Forward call) {
    NativeBuffer y = at(call.outputs(), 0);
    Parallel.ranges(
        y.size(),
        (from, n) -> {
          float[] joined = Floats.read(at(call.inputs(), 0), from, Floats.scratch(0), n);
          for (int i = 1; i < op.count(); i++) {
            float[] x = Floats.read(at(call.inputs(), i), from, Floats.scratch(1), n);
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
  public void backward(Backward call) {
    NativeBuffer dy = at(call.outputGradients(), 0);
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer dx = at(call.inputGradients(), i);
      int self = i;
      if (dx != null) {
        Parallel.ranges(
            dy.size(),
            (from, n) -> {
              float[] d = Floats.read(dy, from, Floats.scratch(0), n);
              if (op.mode() == Merge.Mode.AVERAGE) {
                divide(d, n);
              } else if (op.mode() == Merge.Mode.MULTIPLY) {
                multiply(d, productOfOthers(call.inputs(), self, from, n), n);
              }
              Floats.add(d, 0, dx, from, n, 1);
            });
      }
    }
  }

  private static float[] productOfOthers(
      List<? extends Buffer> inputs, int self, long from, int n) {
    float[] product = Floats.scratch(2);
    Arrays.fill(product, 0, n, 1);
    for (int i = 0; i < inputs.size(); i++) {
      if (i != self) {
        multiply(product, Floats.read(at(inputs, i), from, Floats.scratch(3), n), n);
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
