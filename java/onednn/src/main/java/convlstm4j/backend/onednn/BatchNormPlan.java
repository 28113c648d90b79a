package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.op.BatchNorm;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link BatchNorm} in three passes over memory forward and two backward; oneDNN's primitive knows
 * neither other axes than the channels nor statistics per step. Elements that share statistics form
 * a group. Statistics accumulate in double. Reserve: {@code mean [groups]}, the part of it that a
 * float leaves out, {@code inverse deviation [groups]}.
 */
final class BatchNormPlan extends OneDnnPlan<BatchNorm> {
  private final boolean keep;
  private final Groups groups;
  private final NormPasses passes;
  private final long scratch;
  private final long perGroup;
  private final long meanAt;
  private final long meanRestAt;
  private final long inverseAt;

  /** Steps that have statistics of their own; 1 unless per step. */
  private final int steps;

  /** Parameters of the kept axes inside the time axis. */
  private final int inner;

  BatchNormPlan(Dnnl engine, BatchNorm op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    Shape x = inputs.get(0);
    boolean perStep = op.training() && op.perStep();
    List<Integer> axes = new ArrayList<>(op.axes());
    if (perStep) {
      axes.add(1);
    }
    this.keep = op.training() && mode == Mode.TRAINING;
    this.groups = new Groups(x, axes);
    this.passes = passes(engine.kernels(), groups);
    this.scratch = workspace.take(passes.scratchFloats());
    this.perGroup = x.elements() / groups.count();
    this.steps = perStep ? (int) x.dim(1) : 1;
    long parameters = op.parameterShape(x).elements();
    this.inner = (int) (op.axes().get(0) == 0 ? parameters / x.dim(0) : parameters);
    this.meanAt = keep ? reserve.take(groups.count()) : 0;
    this.meanRestAt = keep ? reserve.take(groups.count()) : 0;
    this.inverseAt = keep ? reserve.take(groups.count()) : 0;
  }

  /** In C++ where that is there and takes the shape. */
  private static NormPasses passes(@Nullable NativeKernels kernels, Groups groups) {
    return kernels != null && NativeNorm.takes(groups)
        ? new NativeNorm(kernels, groups)
        : new JavaNorm(groups);
  }

  @Override
  public String algorithm() {
    return passes.name();
  }

  private @Nullable At scratch(@Nullable Buffer workspace) {
    return workspace == null ? null : new At(NativeBuffer.of(workspace), scratch);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    float[] movingMean = values(input(call.inputs(), "moving_mean"));
    float[] movingVariance = values(input(call.inputs(), "moving_variance"));
    double[] mean;
    double[] variance;
    if (op.training()) {
      mean = moments(call, new double[groups.count()], false);
      variance = moments(call, mean, true);
      updateMoving(movingMean, mean, output(call.outputs(), "new_moving_mean"));
      updateMoving(movingVariance, variance, output(call.outputs(), "new_moving_variance"));
    } else {
      mean = widen(movingMean);
      variance = widen(movingVariance);
    }
    double[] inverse = inverseDeviation(variance);
    if (keep) {
      NativeBuffer r = memory(call.reserve());
      float[] means = narrow(mean);
      Floats.put(r, meanAt, means, mean.length);
      Floats.put(r, meanRestAt, narrow(difference(mean, means)), mean.length);
      Floats.put(r, inverseAt, narrow(inverse), inverse.length);
    }
    normalize(call, x, mean, inverse);
  }

  /** The groups' means of {@code x - centre}, or of its square. */
  private double[] moments(Forward call, double[] centre, boolean squared) {
    NativeBuffer x = input(call.inputs(), "x");
    double[] sum = passes.moments(x, centre, squared, scratch(call.workspace()));
    for (int g = 0; g < sum.length; g++) {
      sum[g] /= perGroup;
    }
    return sum;
  }

  private void updateMoving(float[] moving, double[] batch, NativeBuffer updated) {
    float momentum = (float) op.momentum();
    float rest = (float) (1 - op.momentum());
    float[] result = moving.clone();
    for (int p = 0; p < result.length; p++) {
      for (int t = 0; t < steps; t++) {
        result[p] = result[p] * momentum + (float) batch[group(p, t)] * rest;
      }
    }
    Floats.put(updated, 0, result, result.length);
  }

  private double[] inverseDeviation(double[] variance) {
    double[] inverse = new double[variance.length];
    for (int g = 0; g < inverse.length; g++) {
      inverse[g] = 1 / Math.sqrt(variance[g] + op.epsilon());
    }
    return inverse;
  }

  private void normalize(Forward call, NativeBuffer x, double[] mean, double[] inverse) {
    double[] scale = perGroup(call.inputs(), "gamma", 1);
    double[] shift = perGroup(call.inputs(), "beta", 0);
    for (int g = 0; g < scale.length; g++) {
      scale[g] *= inverse[g];
    }
    passes.normalize(x, output(call.outputs(), "y"), mean, scale, shift, scratch(call.workspace()));
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = given(call.outputGradients(), "y");
    if (dy == null) {
      if (isWritten(call, "x")) {
        NativeBuffer dx = input(call.inputGradients(), "x");
        Floats.zero(dx, 0, dx.size());
      }
      return; // only the moving statistics have gradients, and they pass none on
    }
    NativeBuffer x = input(call.inputs(), "x");
    double[] mean = widen(statistics(call, meanAt, "moving_mean"));
    if (op.training()) {
      float[] rest = statistics(call, meanRestAt, "moving_mean");
      for (int g = 0; g < mean.length; g++) {
        mean[g] += rest[g];
      }
    }
    double[] inverse = widen(statistics(call, inverseAt, "moving_variance"));
    if (!op.training()) {
      inverse = inverseDeviation(inverse);
    }
    double[][] sums = passes.gradientSums(x, dy, mean, inverse, scratch(call.workspace()));
    addParameterGradient(sums[1], optional(call.inputGradients(), "gamma"));
    addParameterGradient(sums[0], optional(call.inputGradients(), "beta"));
    if (wanted(call.inputGradients(), "x") != null) {
      addInputGradient(call, mean, inverse, sums[0], sums[1]);
    }
  }

  private float[] statistics(Backward call, long reserveAt, String moving) {
    if (!op.training()) {
      return values(input(call.inputs(), moving));
    }
    float[] v = new float[groups.count()];
    Floats.get(memory(call.reserve()), reserveAt, v, v.length);
    return v;
  }

  /**
   * Ioffe and Szegedy 2015, section 3, with the mean's and the variance's share summed up; at
   * inference the statistics are constants.
   */
  private void addInputGradient(
      Backward call, double[] mean, double[] inverse, double[] sumDy, double[] sumDyNormalized) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dx = input(call.inputGradients(), "x");
    double[] scale = perGroup(call.inputs(), "gamma", 1);
    double[] a = new double[scale.length];
    double[] b = new double[scale.length];
    double share = op.training() ? 1.0 / perGroup : 0;
    for (int g = 0; g < scale.length; g++) {
      a[g] = share * sumDy[g];
      b[g] = share * sumDyNormalized[g] * inverse[g];
      scale[g] *= inverse[g];
    }
    boolean write = isWritten(call, "x");
    passes.inputGradient(x, dy, dx, write, mean, a, b, scale, scratch(call.workspace()));
  }

  private void addParameterGradient(double[] perGroup, @Nullable NativeBuffer gradient) {
    if (gradient != null) {
      float[] d = values(gradient);
      for (int p = 0; p < d.length; p++) {
        double sum = 0;
        for (int t = 0; t < steps; t++) {
          sum += perGroup[group(p, t)];
        }
        d[p] += (float) sum;
      }
      Floats.put(gradient, 0, d, d.length);
    }
  }

  /** The group of a parameter in a step: the time axis stands before {@link #inner}. */
  private int group(int parameter, int step) {
    return (parameter / inner * steps + step) * inner + parameter % inner;
  }

  /** A parameter's value for each group. */
  private double[] perGroup(List<? extends Buffer> inputs, String name, double absent) {
    NativeBuffer b = optional(inputs, name);
    float[] parameter = b == null ? null : values(b);
    double[] values = new double[groups.count()];
    for (int p = 0; p < values.length / steps; p++) {
      for (int t = 0; t < steps; t++) {
        values[group(p, t)] = parameter == null ? absent : parameter[p];
      }
    }
    return values;
  }

  private static float[] values(NativeBuffer b) {
    float[] v = new float[(int) b.size()];
    Floats.get(b, 0, v, v.length);
    return v;
  }

  private static double[] widen(float[] v) {
    double[] wide = new double[v.length];
    for (int k = 0; k < v.length; k++) {
      wide[k] = v[k];
    }
    return wide;
  }

  private static double[] difference(double[] a, float[] b) {
    double[] d = new double[a.length];
    for (int k = 0; k < a.length; k++) {
      d[k] = a[k] - b[k];
    }
    return d;
  }

  private static float[] narrow(double[] v) {
    float[] narrow = new float[v.length];
    for (int k = 0; k < v.length; k++) {
      narrow[k] = (float) v[k];
    }
    return narrow;
  }
}
