package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Tensor;

/**
 * Weighted counts of true positives, false positives and false negatives per class, the last axis.
 * With a threshold every class is decided by itself; without one (NaN), the largest prediction is
 * the class, or, for a single prediction per position, the threshold is 0.5.
 */
final class Confusion implements Metric.Accumulator {
  private static final int COUNTS = 3;

  /** A score from weighted counts. */
  interface Score {
    double of(double truePositives, double falsePositives, double falseNegatives);
  }

  private final Score score;
  private final Average average;
  private final double threshold;
  private double[] counts = {};

  Confusion(Average average, double threshold, Score score) {
    this.average = average;
    this.threshold = threshold;
    this.score = score;
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    int k = (int) prediction.shape().dim(-1);
    int targets = (int) target.shape().dim(-1);
    if (counts.length == 0) {
      counts = new double[k * COUNTS];
    }
    boolean oneOf = Double.isNaN(threshold) && k > 1;
    double bound = Double.isNaN(threshold) ? 0.5 : threshold;
    for (int i = 0; i < weights.size(); i++) {
      int chosen = oneOf ? WeightedMean.largest(prediction, i * k, k) : -1;
      int wanted = targets < k ? (int) target.get(i) : -1;
      for (int j = 0; j < k; j++) {
        boolean says = oneOf ? j == chosen : prediction.get(i * k + j) > bound;
        boolean is = targets < k ? j == wanted : target.get(i * k + j) > 0.5;
        if (says || is) {
          counts[j * COUNTS + (says && is ? 0 : says ? 1 : 2)] += weights.get(i);
        }
      }
    }
  }

  @Override
  public double result() {
    if (counts.length == 0) {
      return 0;
    }
    double[] all = new double[COUNTS];
    double sum = 0;
    for (int i = 0; i < counts.length; i += COUNTS) {
      sum += score.of(counts[i], counts[i + 1], counts[i + 2]);
      for (int c = 0; c < COUNTS; c++) {
        all[c] += counts[i + c];
      }
    }
    return average == Average.MACRO
        ? sum * COUNTS / counts.length
        : score.of(all[0], all[1], all[2]);
  }

  @Override
  public double[] state() {
    return counts.clone();
  }

  @Override
  public void restore(double[] state) {
    counts = state.clone();
  }

  static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }

  static Config config(String className, Metric metric, Average average, double threshold) {
    return Config.of(className)
        .with("name", metric.name())
        .with("average", average == Average.MACRO ? "macro" : "micro")
        .with("threshold", Double.isNaN(threshold) ? null : threshold);
  }
}
