package convlstm4j.backend.onednn;

import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link WeightedLoss}, many positions at once. Logarithms and sums are in double: the clipping
 * bound {@code 1 - 1e-7} has no good float.
 */
final class WeightedLossPlan extends OneDnnPlan<WeightedLoss> {
  private final long positions;
  private final int k;
  private final boolean sparse;
  private final boolean categorical;

  /** Positions of one piece of work. */
  private final int together;

  WeightedLossPlan(WeightedLoss op, List<Shape> inputs) {
    super(op, inputs);
    this.k = Math.toIntExact(inputs.get(0).dim(-1));
    this.positions = inputs.get(0).without(-1).elements();
    this.sparse = op.kind() == Kind.SPARSE_CATEGORICAL_CROSSENTROPY;
    this.categorical = sparse || op.kind() == Kind.CATEGORICAL_CROSSENTROPY;
    this.together = Math.max(1, Parallel.PIECE / Math.max(1, k));
  }

  /** Predictions p, targets t and weights of the positions of one piece. */
  private final class Rows {
    final long first;
    final float[] p;
    final float[] target;
    final float[] weight;

    Rows(List<? extends convlstm4j.backend.Buffer> inputs, long first, int n) {
      int targets = sparse ? n : n * k;
      this.first = first;
      this.p = Floats.read(input(inputs, "prediction"), first * k, Floats.scratch(0, n * k), n * k);
      this.target =
          Floats.read(
              input(inputs, "target"),
              sparse ? first : first * k,
              Floats.scratch(1, targets),
              targets);
      this.weight = Floats.scratch(2, n);
      if (op.weighted()) {
        Floats.read(input(inputs, "weight"), first, weight, n);
      } else {
        java.util.Arrays.fill(weight, 0, n, 1);
      }
    }

    /** Class number of a position; -1 where targets are not class numbers. */
    int label(int s) {
      if (!sparse) {
        return -1;
      }
      int c = (int) target[s];
      if (c != target[s] || c < 0 || c >= k) {
        throw new IllegalArgumentException(
            op.kind()
                + ": target "
                + target[s]
                + " at position "
                + (first + s)
                + ", expected a class number from 0 to "
                + (k - 1));
      }
      return c;
    }

    /** Target i of a position, with label smoothing for cross-entropies. */
    double t(int s, int i, int label) {
      double smooth = op.labelSmoothing();
      return switch (op.kind()) {
        case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> target[s * k + i];
        case BINARY_CROSSENTROPY -> target[s * k + i] * (1 - smooth) + smooth / 2;
        case CATEGORICAL_CROSSENTROPY -> target[s * k + i] * (1 - smooth) + smooth / k;
        case SPARSE_CATEGORICAL_CROSSENTROPY -> (i == label ? 1 - smooth : 0) + smooth / k;
      };
    }

    /** Sum of a position's predictions, or of logits {@code log sum exp}, safe for large ones. */
    double total(int s) {
      double sum = 0;
      if (!op.fromLogits()) {
        for (int i = s * k; i < (s + 1) * k; i++) {
          sum += p[i];
        }
        return sum;
      }
      double most = Double.NEGATIVE_INFINITY;
      for (int i = s * k; i < (s + 1) * k; i++) {
        most = Math.max(most, p[i]);
      }
      for (int i = s * k; i < (s + 1) * k; i++) {
        sum += Math.exp(p[i] - most);
      }
      return most + Math.log(sum);
    }
  }

  @Override
  protected void compute(Forward call) {
    double[] parts = new double[Math.toIntExact((positions + together - 1) / together)];
    Parallel.ranges(
        positions,
        together,
        (first, n) -> {
          Rows rows = new Rows(call.inputs(), first, n);
          double sum = 0;
          for (int s = 0; s < n; s++) {
            if (rows.weight[s] != 0) {
              sum += rows.weight[s] * loss(rows, s);
            }
          }
          parts[(int) (first / together)] = sum;
        });
    double sum = 0;
    for (double part : parts) {
      sum += part;
    }
    Floats.set(output(call.outputs(), "value"), 0, (float) (sum / positions));
  }

  private double loss(Rows rows, int s) {
    int label = rows.label(s);
    double total = categorical ? rows.total(s) : 0;
    double sum = 0;
    for (int i = 0; i < k; i++) {
      double p = rows.p[s * k + i];
      double t = rows.t(s, i, label);
      sum +=
          switch (op.kind()) {
            case MEAN_SQUARED_ERROR -> (p - t) * (p - t);
            case MEAN_ABSOLUTE_ERROR -> Math.abs(p - t);
            case HUBER -> huber(p - t);
            case BINARY_CROSSENTROPY ->
                op.fromLogits()
                    ? Math.max(p, 0) - p * t + Math.log1p(Math.exp(-Math.abs(p)))
                    : -(t * Math.log(clip(p)) + (1 - t) * Math.log(1 - clip(p)));
            case CATEGORICAL_CROSSENTROPY, SPARSE_CATEGORICAL_CROSSENTROPY ->
                -t * (op.fromLogits() ? p - total : Math.log(clip(p / total)));
          };
    }
    return categorical ? sum : sum / k;
  }

  private double huber(double e) {
    double d = op.delta();
    return Math.abs(e) <= d ? e * e / 2 : d * Math.abs(e) - d * d / 2;
  }

  private static double clip(double p) {
    return Math.max(WeightedLoss.EPSILON, Math.min(1 - WeightedLoss.EPSILON, p));
  }

  private static boolean clips(double p) {
    return p < WeightedLoss.EPSILON || p > 1 - WeightedLoss.EPSILON;
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "prediction");
  }

  @Override
  protected void addGradients(Backward call) {
    double dValue = Floats.get(output(call.outputGradients(), "value"), 0);
    NativeBuffer dx = input(call.inputGradients(), "prediction");
    boolean write = isWritten(call, "prediction");
    Parallel.ranges(
        positions,
        together,
        (first, n) -> {
          Rows rows = new Rows(call.inputs(), first, n);
          float[] d = Floats.scratch(3, n * k);
          for (int s = 0; s < n; s++) {
            double factor = dValue * rows.weight[s] / positions;
            if (rows.weight[s] == 0) {
              java.util.Arrays.fill(d, s * k, (s + 1) * k, 0);
            } else if (categorical) {
              categoricalGradient(rows, s, factor, d);
            } else {
              gradient(rows, s, factor / k, d);
            }
          }
          Floats.give(write, d, 0, dx, first * k, n * k, 4);
        });
  }

  private void gradient(Rows rows, int s, double factor, float[] d) {
    for (int i = 0; i < k; i++) {
      double p = rows.p[s * k + i];
      double t = rows.t(s, i, -1);
      double e = p - t;
      double slope =
          switch (op.kind()) {
            case MEAN_SQUARED_ERROR -> 2 * e;
            case MEAN_ABSOLUTE_ERROR -> Math.signum(e);
            case HUBER -> Math.max(-op.delta(), Math.min(op.delta(), e));
            default ->
                op.fromLogits() ? 1 / (1 + Math.exp(-p)) - t : clips(p) ? 0 : e / (p * (1 - p));
          };
      d[s * k + i] = (float) (factor * slope);
    }
  }

  private void categoricalGradient(Rows rows, int s, double factor, float[] d) {
    int label = rows.label(s);
    double total = rows.total(s);
    // With q = p / total: dloss/dq_i = -t_i / q_i where not clipped, dq_i/dp_j = ([i=j] - q_i) /
    // total. From logits q is the softmax, nothing is clipped and dq_i/dp_j = q_i ([i=j] - q_j).
    double targets = 0;
    for (int i = 0; i < k; i++) {
      boolean counts = op.fromLogits() || !clips(rows.p[s * k + i] / total);
      targets += counts ? rows.t(s, i, label) : 0;
    }
    for (int i = 0; i < k; i++) {
      double p = rows.p[s * k + i];
      double t = rows.t(s, i, label);
      double slope;
      if (op.fromLogits()) {
        slope = Math.exp(p - total) * targets - t;
      } else {
        double q = p / total;
        slope = (targets - (clips(q) ? 0 : t / q)) / total;
      }
      d[s * k + i] = (float) (factor * slope);
    }
  }
}
