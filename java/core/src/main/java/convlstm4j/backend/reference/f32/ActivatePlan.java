package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Activate;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Activate}: element by element, softmax row by row. */
final class ActivatePlan extends ReferencePlan<Activate> {
  private final boolean softmax;

  ActivatePlan(Activate op, List<Shape> inputs) {
    super(op, inputs);
    this.softmax = op.activation().kind() == Activation.Kind.SOFTMAX;
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    if (softmax) {
      int k = (int) in.get(0).dim(-1);
      Parallel.each(x.length / k, r -> softmax(x, y, r * k, k));
      return;
    }
    Parallel.ranges(
        x.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            y[k] = Activations.value(op.activation(), x[k]);
          }
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    boolean write = isWritten(call, "x");
    if (softmax) {
      int k = (int) in.get(0).dim(-1);
      Parallel.each(x.length / k, r -> softmaxGradient(write, y, dy, dx, r * k, k));
      return;
    }
    Parallel.ranges(
        x.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            float d = dy[k] * Activations.derivative(op.activation(), x[k], y[k]);
            dx[k] = write ? d : dx[k] + d;
          }
        });
  }

  /** One row; reduced by its maximum so that exp cannot overflow. */
  private static void softmax(float[] x, float[] y, int from, int n) {
    float most = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + n; i++) {
      most = Math.max(most, x[i]);
    }
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      y[i] = (float) Math.exp(x[i] - most);
      sum += y[i];
    }
    for (int i = from; i < from + n; i++) {
      y[i] = (float) (y[i] / sum);
    }
  }

  /** {@code dx_i += y_i (dy_i - sum_j dy_j y_j)}, or what is added is written. */
  private static void softmaxGradient(
      boolean write, float[] y, float[] dy, float[] dx, int from, int n) {
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      sum += dy[i] * y[i];
    }
    for (int i = from; i < from + n; i++) {
      float d = (float) (y[i] * (dy[i] - sum));
      dx[i] = write ? d : dx[i] + d;
    }
  }
}
