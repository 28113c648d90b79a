package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.op.BatchNorm;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link BatchNorm}. Elements that share their statistics form a group: those with equal indices
 * along the kept axes and, per step, along time. Statistics take two passes and accumulate in
 * double, since a group may hold millions of elements. Reserve: {@code mean [groups]}, {@code
 * inverse deviation [groups]}.
 */
final class BatchNormPlan extends ReferencePlan<BatchNorm> {
  private final boolean keep;
  private final Groups groups;
  private final int perGroup;

  /** Steps that have statistics of their own; 1 unless per step. */
  private final int steps;

  /** Parameters of the kept axes inside the time axis. */
  private final int inner;

  BatchNormPlan(BatchNorm op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    Shape x = inputs.get(0);
    boolean perStep = op.training() && op.perStep();
    List<Integer> axes = new ArrayList<>(op.axes());
    if (perStep) {
      axes.add(1);
    }
    this.keep = op.training() && mode == Mode.TRAINING;
    this.groups = new Groups(x, axes);
    this.perGroup = (int) (x.elements() / groups.count());
    this.steps = perStep ? (int) x.dim(1) : 1;
    long parameters = op.parameterShape(x).elements();
    this.inner = (int) (op.axes().get(0) == 0 ? parameters / x.dim(0) : parameters);
    reserve.take(keep ? 2L * groups.count() : 0);
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] movingMean = input(call.inputs(), "moving_mean");
    float[] movingVariance = input(call.inputs(), "moving_variance");
    double[] mean;
    double[] variance;
    if (op.training()) {
      mean = groupMeans(x);
      variance = groupVariances(x, mean);
      updateMoving(movingMean, mean, output(call.outputs(), "new_moving_mean"));
      updateMoving(movingVariance, variance, output(call.outputs(), "new_moving_variance"));
    } else {
      mean = widen(movingMean);
      variance = widen(movingVariance);
    }
    double[] inverse = inverseDeviation(variance);
    normalize(call, x, mean, inverse);
    if (keep) {
      float[] kept = memory(call.reserve());
      for (int g = 0; g < groups.count(); g++) {
        kept[g] = (float) mean[g];
        kept[groups.count() + g] = (float) inverse[g];
      }
    }
  }

  private double[] groupMeans(float[] x) {
    double[] sum =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += x[e + k];
              }
            });
    return dividedByGroupSize(sum);
  }

  private double[] groupVariances(float[] x, double[] mean) {
    double[] sum =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                double d = x[e + k] - mean[g];
                sums[g] += d * d;
              }
            });
    return dividedByGroupSize(sum);
  }

  private double[] dividedByGroupSize(double[] sum) {
    for (int g = 0; g < sum.length; g++) {
      sum[g] /= perGroup;
    }
    return sum;
  }

  private void updateMoving(float[] moving, double[] batch, float[] updated) {
    float momentum = (float) op.momentum();
    float rest = (float) (1 - op.momentum());
    for (int p = 0; p < updated.length; p++) {
      float m = moving[p];
      for (int t = 0; t < steps; t++) {
        m = m * momentum + (float) batch[group(p, t)] * rest;
      }
      updated[p] = m;
    }
  }

  private double[] inverseDeviation(double[] variance) {
    double[] inverse = new double[variance.length];
    for (int g = 0; g < inverse.length; g++) {
      inverse[g] = 1 / Math.sqrt(variance[g] + op.epsilon());
    }
    return inverse;
  }

  private void normalize(Forward call, float[] x, double[] mean, double[] inverse) {
    double[] scale = perGroup(call.inputs(), "gamma", 1);
    double[] shift = perGroup(call.inputs(), "beta", 0);
    float[] y = output(call.outputs(), "y");
    groups.each(
        (e, n, group, step) -> {
          for (int k = 0, g = group; k < n; k++, g += step) {
            y[e + k] = (float) ((x[e + k] - mean[g]) * inverse[g] * scale[g] + shift[g]);
          }
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = given(call.outputGradients(), "y");
    boolean write = isWritten(call, "x");
    if (dy == null) {
      if (write) {
        Arrays.fill(input(call.inputGradients(), "x"), 0);
      }
      return; // only the moving statistics have gradients, and they pass none on
    }
    float[] x = input(call.inputs(), "x");
    double[] mean = mean(call);
    double[] inverse = inverse(call);
    double[] sumDy =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += dy[e + k];
              }
            });
    double[] sumDyNormalized =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += dy[e + k] * ((x[e + k] - mean[g]) * inverse[g]);
              }
            });
    addParameterGradient(sumDyNormalized, optional(call.inputGradients(), "gamma"));
    addParameterGradient(sumDy, optional(call.inputGradients(), "beta"));
    float[] dx = wanted(call.inputGradients(), "x");
    if (dx != null) {
      double[] scale = perGroup(call.inputs(), "gamma", 1);
      // Ioffe and Szegedy 2015, section 3, with the mean's and the variance's share summed up; at
      // inference the statistics are constants.
      double share = op.training() ? 1.0 / perGroup : 0;
      groups.each(
          (e, n, group, step) -> {
            for (int k = 0, g = group; k < n; k++, g += step) {
              double normalized = (x[e + k] - mean[g]) * inverse[g];
              double d = dy[e + k] - share * (sumDy[g] + normalized * sumDyNormalized[g]);
              float added = (float) (d * inverse[g] * scale[g]);
              dx[e + k] = write ? added : dx[e + k] + added;
            }
          });
    }
  }

  private double[] mean(Backward call) {
    return op.training()
        ? widen(memory(call.reserve()), 0)
        : widen(input(call.inputs(), "moving_mean"));
  }

  private double[] inverse(Backward call) {
    return op.training()
        ? widen(memory(call.reserve()), groups.count())
        : inverseDeviation(widen(input(call.inputs(), "moving_variance")));
  }

  private void addParameterGradient(double[] perGroup, float @Nullable [] gradient) {
    if (gradient != null) {
      for (int p = 0; p < gradient.length; p++) {
        double sum = 0;
        for (int t = 0; t < steps; t++) {
          sum += perGroup[group(p, t)];
        }
        gradient[p] += (float) sum;
      }
    }
  }

  /** The group of a parameter in a step: the time axis stands before {@link #inner}. */
  private int group(int parameter, int step) {
    return (parameter / inner * steps + step) * inner + parameter % inner;
  }

  /** A parameter's value for each group. */
  private double[] perGroup(List<? extends Buffer> inputs, String name, double absent) {
    float[] parameter = optional(inputs, name);
    double[] values = new double[groups.count()];
    for (int p = 0; p < values.length / steps; p++) {
      for (int t = 0; t < steps; t++) {
        values[group(p, t)] = parameter == null ? absent : parameter[p];
      }
    }
    return values;
  }

  private double[] widen(float[] values) {
    return widen(values, 0);
  }

  private double[] widen(float[] values, int from) {
    double[] wide = new double[groups.count()];
    for (int g = 0; g < wide.length; g++) {
      wide[g] = values[from + g];
    }
    return wide;
  }
}
