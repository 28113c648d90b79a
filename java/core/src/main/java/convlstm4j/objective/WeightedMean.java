package convlstm4j.objective;

import convlstm4j.tensor.Tensor;
import java.util.function.Function;

/** The weighted mean of a number per position; 0 without weight. */
final class WeightedMean implements Metric.Accumulator {
  /**
   * The number of one position, from the K predictions that start at {@code p} and as many targets,
   * or one for all of them, that start at {@code t}.
   */
  interface Score {
    double of(Tensor target, int t, int targets, Tensor prediction, int p, int k);
  }

  private final Function<Tensor, Score> score;
  private double sum;
  private double weight;

  WeightedMean(Score score) {
    this(targets -> score);
  }

  /**
   * With a score that depends on a batch.
   *
   * @param score of the batch's targets
   */
  WeightedMean(Function<Tensor, Score> score) {
    this.score = score;
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    int k = (int) prediction.shape().dim(-1);
    int targets = (int) target.shape().dim(-1);
    Score ofBatch = score.apply(target);
    for (int i = 0; i < weights.size(); i++) {
      double w = weights.get(i);
      sum += w * ofBatch.of(target, i * targets, targets, prediction, i * k, k);
      weight += w;
    }
  }

  @Override
  public double result() {
    return weight == 0 ? 0 : sum / weight;
  }

  @Override
  public double[] state() {
    return new double[] {sum, weight};
  }

  @Override
  public void restore(double[] state) {
    sum = state[0];
    weight = state[1];
  }

  /** The part of the K predictions on the same side of the threshold as their targets. */
  static Score binary(double threshold) {
    return (target, t, targets, prediction, p, k) -> {
      int right = 0;
      for (int j = 0; j < k; j++) {
        double hard = prediction.get(p + j) > threshold ? 1 : 0;
        right += hard == target.get(targets == 1 ? t : t + j) ? 1 : 0;
      }
      return (double) right / k;
    };
  }

  /** Whether the largest prediction is where the largest target is. */
  static double categorical(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    return largest(target, t, targets) == largest(prediction, p, k) ? 1 : 0;
  }

  /** Whether the largest prediction is that of the class number. */
  static double sparse(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    return target.get(t) == largest(prediction, p, k) ? 1 : 0;
  }

  /** Index of the first largest of n values. */
  static int largest(Tensor x, int start, int n) {
    int best = 0;
    for (int j = 1; j < n; j++) {
      if (x.get(start + j) > x.get(start + best)) {
        best = j;
      }
    }
    return best;
  }
}
