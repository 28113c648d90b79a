package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link WeightedLoss}, position by position. Logarithms and sums are in double: the clipping bound
 * {@code 1 - 1e-7} has no good float.
 */
final class WeightedLossPlan extends ReferencePlan<WeightedLoss> {
  private final int positions;
  private final int k;

  WeightedLossPlan(WeightedLoss op, List<Shape> inputs) {
    super(op, inputs);
    this.k = (int) inputs.get(0).dim(-1);
    this.positions = (int) inputs.get(0).without(-1).elements();
  }

  @Override
  protected void compute(Forward call) {
    float[] prediction = input(call.inputs(), "prediction");
    float[] target = input(call.inputs(), "target");
    float[] weights = optional(call.inputs(), "weight");
    double sum =
        Parallel.sum(
            positions,
            s -> {
              float weight = weight(weights, s);
              return weight == 0 ? 0 : weight * loss(new Row(prediction, target, s));
            });
    output(call.outputs(), "value")[0] = (float) (sum / positions);
  }

  @Override
  protected void addGradients(Backward call) {
    float[] prediction = input(call.inputs(), "prediction");
    float[] target = input(call.inputs(), "target");
    float[] weights = optional(call.inputs(), "weight");
    double dValue = output(call.outputGradients(), "value")[0];
    float[] gradient = input(call.inputGradients(), "prediction");
    Parallel.ranges(
        positions,
        (from, to) -> {
          for (int s = from; s < to; s++) {
            float weight = weight(weights, s);
            if (weight != 0) {
              Row row = new Row(prediction, target, s);
              addGradient(row, dValue * weight / positions, gradient);
            }
          }
        });
  }

  private static float weight(float @Nullable [] weights, int position) {
    return weights == null ? 1 : weights[position];
  }

  /** The K values of one position. */
  private final class Row {
    private final float[] prediction;
    private final float[] target;
    private final int position;
    private final int base;
    private final int label;

    Row(float[] prediction, float[] target, int position) {
      this.prediction = prediction;
      this.target = target;
      this.position = position;
      this.base = position * k;
      this.label = op.kind() == Kind.SPARSE_CATEGORICAL_CROSSENTROPY ? label() : -1;
    }

    private int label() {
      int c = (int) target[position];
      if (c != target[position] || c < 0 || c >= k) {
        throw new IllegalArgumentException(
            op.kind()
                + ": target "
                + target[position]
                + " at position "
                + position
                + ", expected a class number from 0 to "
                + (k - 1));
      }
      return c;
    }

    double p(int i) {
      return prediction[base + i];
    }

    /** The target, with label smoothing for cross-entropies. */
    double t(int i) {
      double s = op.labelSmoothing();
      return switch (op.kind()) {
        case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> target[base + i];
        case BINARY_CROSSENTROPY -> target[base + i] * (1 - s) + s / 2;
        case CATEGORICAL_CROSSENTROPY -> target[base + i] * (1 - s) + s / k;
        case SPARSE_CATEGORICAL_CROSSENTROPY -> (i == label ? 1 - s : 0) + s / k;
      };
    }

    double sum() {
      double sum = 0;
      for (int i = 0; i < k; i++) {
        sum += p(i);
      }
      return sum;
    }

    /** {@code log sum exp(p)}, safe for large values. */
    double logSumExp() {
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < k; i++) {
        most = Math.max(most, p(i));
      }
      double sum = 0;
      for (int i = 0; i < k; i++) {
        sum += Math.exp(p(i) - most);
      }
      return most + Math.log(sum);
    }
  }

  private boolean categorical() {
    return op.kind() == Kind.CATEGORICAL_CROSSENTROPY
        || op.kind() == Kind.SPARSE_CATEGORICAL_CROSSENTROPY;
  }

  private double loss(Row row) {
    // What categorical probabilities are divided by, or what their logits are reduced by.
    double scale = !categorical() ? 0 : op.fromLogits() ? row.logSumExp() : row.sum();
    double sum = 0;
    for (int i = 0; i < k; i++) {
      double p = row.p(i);
      double t = row.t(i);
      sum +=
          switch (op.kind()) {
            case MEAN_SQUARED_ERROR -> (p - t) * (p - t);
            case MEAN_ABSOLUTE_ERROR -> Math.abs(p - t);
            case HUBER -> huber(p - t);
            case BINARY_CROSSENTROPY -> op.fromLogits() ? logitBinary(p, t) : binary(clip(p), t);
            case CATEGORICAL_CROSSENTROPY, SPARSE_CATEGORICAL_CROSSENTROPY ->
                -t * (op.fromLogits() ? p - scale : Math.log(clip(p / scale)));
          };
    }
    return categorical() ? sum : sum / k;
  }

  private double huber(double e) {
    double d = op.delta();
    return Math.abs(e) <= d ? e * e / 2 : d * Math.abs(e) - d * d / 2;
  }

  private static double binary(double p, double t) {
    return -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
  }

  private static double logitBinary(double z, double t) {
    return Math.max(z, 0) - z * t + Math.log1p(Math.exp(-Math.abs(z)));
  }

  private static double clip(double p) {
    return Math.max(WeightedLoss.EPSILON, Math.min(1 - WeightedLoss.EPSILON, p));
  }

  private static boolean clips(double p) {
    return p < WeightedLoss.EPSILON || p > 1 - WeightedLoss.EPSILON;
  }

  /** Adds {@code factor dloss/dp}. */
  private void addGradient(Row row, double factor, float[] gradient) {
    if (categorical()) {
      addCategoricalGradient(row, factor, gradient);
      return;
    }
    for (int i = 0; i < k; i++) {
      double p = row.p(i);
      double t = row.t(i);
      double e = p - t;
      double d =
          switch (op.kind()) {
            case MEAN_SQUARED_ERROR -> 2 * e;
            case MEAN_ABSOLUTE_ERROR -> Math.signum(e);
            case HUBER -> Math.max(-op.delta(), Math.min(op.delta(), e));
            default -> op.fromLogits() ? 1 / (1 + Math.exp(-p)) - t : binaryGradient(p, t);
          };
      gradient[row.base + i] += (float) (factor * d / k);
    }
  }

  private static double binaryGradient(double p, double t) {
    return clips(p) ? 0 : (p - t) / (p * (1 - p));
  }

  private void addCategoricalGradient(Row row, double factor, float[] gradient) {
    if (op.fromLogits()) {
      double logSumExp = row.logSumExp();
      double targets = 0;
      for (int i = 0; i < k; i++) {
        targets += row.t(i);
      }
      for (int i = 0; i < k; i++) {
        double d = Math.exp(row.p(i) - logSumExp) * targets - row.t(i);
        gradient[row.base + i] += (float) (factor * d);
      }
      return;
    }
    // With q = p / sum: dloss/dq_i = -t_i / q_i where not clipped, dq_i/dp_j = ([i=j] - q_i) / sum.
    double sum = row.sum();
    double unclippedTargets = 0;
    for (int i = 0; i < k; i++) {
      unclippedTargets += clips(row.p(i) / sum) ? 0 : row.t(i);
    }
    for (int j = 0; j < k; j++) {
      double q = row.p(j) / sum;
      double d = (unclippedTargets - (clips(q) ? 0 : row.t(j) / q)) / sum;
      gradient[row.base + j] += (float) (factor * d);
    }
  }
}
