package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.op.Standardize;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Standardize}. Elements that share mean and variance form a group. Statistics take two
 * passes and accumulate in double, and backward takes them anew.
 */
final class StandardizePlan extends ReferencePlan<Standardize> {
  private final Groups groups;
  private final Groups weights;
  private final int perGroup;

  StandardizePlan(Standardize op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = in.get(0);
    this.groups = new Groups(x, op.kept(x.rank()));
    this.weights = new Groups(x, op.weighted());
    this.perGroup = (int) (x.elements() / Math.max(1, groups.count()));
  }

  /** {@code (x - mean) / sqrt(variance + epsilon)}, and what it was divided by. */
  private static final class Normalized {
    final float[] values;
    final double[] inverse;

    Normalized(float[] values, double[] inverse) {
      this.values = values;
      this.inverse = inverse;
    }
  }

  private Normalized normalized(float[] x) {
    double[] mean =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += x[e + k];
              }
            });
    divide(mean);
    double[] inverse =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                double d = x[e + k] - mean[g];
                sums[g] += d * d;
              }
            });
    divide(inverse);
    for (int g = 0; g < inverse.length; g++) {
      inverse[g] = 1 / Math.sqrt(inverse[g] + op.epsilon());
    }
    float[] values = new float[x.length];
    groups.each(
        (e, n, group, step) -> {
          for (int k = 0, g = group; k < n; k++, g += step) {
            values[e + k] = (float) ((x[e + k] - mean[g]) * inverse[g]);
          }
        });
    return new Normalized(values, inverse);
  }

  private void divide(double[] sums) {
    for (int g = 0; g < sums.length; g++) {
      sums[g] /= perGroup;
    }
  }

  /** Gamma or beta for each element. */
  private float[] each(float @Nullable [] parameter, float absent) {
    if (parameter == null) {
      float[] all = new float[(int) in.get(0).elements()];
      Arrays.fill(all, absent);
      return all;
    }
    return Spread.of(parameter, weights, (int) in.get(0).elements());
  }

  @Override
  protected void compute(Forward call) {
    float[] n = normalized(input(call.inputs(), "x")).values;
    float[] gamma = each(optional(call.inputs(), "gamma"), 1);
    float[] beta = each(optional(call.inputs(), "beta"), 0);
    float[] y = output(call.outputs(), "y");
    for (int k = 0; k < y.length; k++) {
      y[k] = n[k] * gamma[k] + beta[k];
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    Normalized normalized = normalized(input(call.inputs(), "x"));
    float[] values = normalized.values;
    addSums(dy, values, optional(call.inputGradients(), "gamma"));
    addSums(dy, null, optional(call.inputGradients(), "beta"));
    float[] dx = wanted(call.inputGradients(), "x");
    if (dx == null) {
      return;
    }
    float[] gamma = each(optional(call.inputs(), "gamma"), 1);
    double[] sum =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += (double) gamma[e + k] * dy[e + k];
              }
            });
    double[] slope =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += (double) gamma[e + k] * dy[e + k] * values[e + k];
              }
            });
    boolean write = isWritten(call, "x");
    groups.each(
        (e, n, group, step) -> {
          for (int k = e, g = group; k < e + n; k++, g += step) {
            double share = (sum[g] + values[k] * slope[g]) / perGroup;
            float added = (float) (((double) gamma[k] * dy[k] - share) * normalized.inverse[g]);
            dx[k] = write ? added : dx[k] + added;
          }
        });
  }

  /** Sums of dy, or of its products with something, for each weight. */
  private void addSums(float[] dy, float @Nullable [] factor, float @Nullable [] gradient) {
    if (gradient == null) {
      return;
    }
    double[] sum =
        weights.sum(
            (sums, e, n, group, step) -> {
              for (int k = e, g = group; k < e + n; k++, g += step) {
                sums[g] += factor == null ? dy[k] : (double) dy[k] * factor[k];
              }
            });
    for (int p = 0; p < gradient.length; p++) {
      gradient[p] += (float) sum[p];
    }
  }
}
