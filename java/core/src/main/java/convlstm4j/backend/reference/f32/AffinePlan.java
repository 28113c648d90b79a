package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Affine;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Affine}: {@code y[r,u] = b[u] + sum_c x[r,c] w[c,u]}, with r the rows: all axes but the
 * last.
 */
final class AffinePlan extends ReferencePlan<Affine> {
  /** Columns of one piece of work: enough to be worth it, few enough to spread a single row. */
  private static final int BLOCK = 256;

  private final int rows;
  private final int channels;
  private final int units;

  AffinePlan(Affine op, List<Shape> inputs) {
    super(op, inputs);
    this.rows = (int) inputs.get(0).without(-1).elements();
    this.channels = (int) inputs.get(0).dim(-1);
    this.units = op.units();
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] w = input(call.inputs(), "w");
    float[] b = optional(call.inputs(), "b");
    float[] y = output(call.outputs(), "y");
    int blocks = (units + BLOCK - 1) / BLOCK;
    Parallel.each(
        Math.multiplyExact(rows, blocks),
        piece -> {
          int r = piece / blocks;
          int from = piece % blocks * BLOCK;
          int to = Math.min(units, from + BLOCK);
          for (int u = from; u < to; u++) {
            y[r * units + u] = b == null ? 0 : b[u];
          }
          for (int c = 0; c < channels; c++) {
            float xc = x[r * channels + c];
            for (int u = from; u < to; u++) {
              y[r * units + u] += xc * w[c * units + u];
            }
          }
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x", "w");
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = wanted(call.inputGradients(), "x");
    float[] dw = wanted(call.inputGradients(), "w");
    float[] db = optional(call.inputGradients(), "b");
    if (dx != null) {
      inputGradient(isWritten(call, "x"), input(call.inputs(), "w"), dy, dx);
    }
    if (dw != null) {
      weightGradient(isWritten(call, "w"), input(call.inputs(), "x"), dy, dw);
    }
    if (db != null) {
      addBiasGradient(dy, db);
    }
  }

  /** {@code dx[r,c] += sum_u dy[r,u] w[c,u]}, or the sum is written. */
  private void inputGradient(boolean write, float[] w, float[] dy, float[] dx) {
    Parallel.each(
        rows,
        r -> {
          for (int c = 0; c < channels; c++) {
            float sum = 0;
            for (int u = 0; u < units; u++) {
              sum += dy[r * units + u] * w[c * units + u];
            }
            int at = r * channels + c;
            dx[at] = write ? sum : dx[at] + sum;
          }
        });
  }

  /**
   * {@code dw[c,u] += sum_r x[r,c] dy[r,u]}, or the sum is written; in double, since the rows may
   * be all pixels of a batch.
   */
  private void weightGradient(boolean write, float[] x, float[] dy, float[] dw) {
    Parallel.each(
        channels,
        c -> {
          double[] sum = new double[units];
          for (int r = 0; r < rows; r++) {
            double xc = x[r * channels + c];
            for (int u = 0; u < units; u++) {
              sum[u] += xc * dy[r * units + u];
            }
          }
          for (int u = 0; u < units; u++) {
            int at = c * units + u;
            dw[at] = write ? (float) sum[u] : dw[at] + (float) sum[u];
          }
        });
  }

  private void addBiasGradient(float[] dy, float[] db) {
    double[] sum = new double[units];
    for (int r = 0; r < rows; r++) {
      for (int u = 0; u < units; u++) {
        sum[u] += dy[r * units + u];
      }
    }
    for (int u = 0; u < units; u++) {
      db[u] += (float) sum[u];
    }
  }
}
