package convlstm4j.backend.onednn;

import convlstm4j.op.Activate;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Activate}: element by element, softmax row by row. */
final class ActivatePlan extends OneDnnPlan<Activate> {
  private final boolean softmax;

  ActivatePlan(Activate op, List<Shape> inputs) {
    super(op, inputs);
    this.softmax = op.activation().kind() == Activation.Kind.SOFTMAX;
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    if (softmax) {
      rows(
          (from, rows, k) -> {
            float[] v = Floats.read(x, from, Floats.scratch(0, rows * k), rows * k);
            for (int r = 0; r < rows; r++) {
              softmax(v, r * k, k);
            }
            Floats.write(v, y, from, rows * k);
          });
      return;
    }
    Parallel.ranges(
        x.size(),
        (from, n) -> {
          float[] v = Floats.read(x, from, Floats.scratch(0), n);
          Functions.apply(op.activation(), v, n);
          Floats.write(v, y, from, n);
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dx = input(call.inputGradients(), "x");
    boolean write = isWritten(call, "x");
    if (softmax) {
      rows(
          (from, rows, k) -> {
            int n = rows * k;
            float[] v = Floats.read(y, from, Floats.scratch(0, n), n);
            float[] d = Floats.read(dy, from, Floats.scratch(1, n), n);
            for (int r = 0; r < rows; r++) {
              softmaxGradient(v, d, r * k, k);
            }
            Floats.give(write, d, 0, dx, from, n, 2);
          });
      return;
    }
    Parallel.ranges(
        x.size(),
        (from, n) -> {
          float[] v = Floats.read(x, from, Floats.scratch(0), n);
          float[] d = Floats.read(dy, from, Floats.scratch(1), n);
          Functions.derivative(op.activation(), v, v, n);
          for (int k = 0; k < n; k++) {
            d[k] *= v[k];
          }
          Floats.give(write, d, 0, dx, from, n, 2);
        });
  }

  private interface Rows {
    /** Some rows of k elements, the first of them at an index. */
    void run(long from, int rows, int k);
  }

  private void rows(Rows body) {
    int k = Math.toIntExact(in.get(0).dim(-1));
    long rows = in.get(0).elements() / Math.max(1, k);
    Parallel.ranges(
        rows, Math.max(1, Parallel.PIECE / Math.max(1, k)), (r, n) -> body.run(r * k, n, k));
  }

  /** One row; reduced by its maximum so that exp cannot overflow. */
  private static void softmax(float[] v, int from, int n) {
    float most = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + n; i++) {
      most = Math.max(most, v[i]);
    }
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      v[i] = (float) Math.exp(v[i] - most);
      sum += v[i];
    }
    for (int i = from; i < from + n; i++) {
      v[i] = (float) (v[i] / sum);
    }
  }

  /** {@code d_i = y_i (d_i - sum_j d_j y_j)}. */
  private static void softmaxGradient(float[] y, float[] d, int from, int n) {
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      sum += d[i] * y[i];
    }
    for (int i = from; i < from + n; i++) {
      d[i] = (float) (y[i] * (d[i] - sum));
    }
  }
}
