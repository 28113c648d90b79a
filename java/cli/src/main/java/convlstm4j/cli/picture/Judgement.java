package convlstm4j.cli.picture;

import java.util.ArrayList;
import java.util.List;

/**
 * How good the scores of one label are, against what was right. Counts by score, in narrow bins, so
 * that any number of frames takes the same memory.
 */
final class Judgement {
  /** Of scores from 0 to 1. */
  private static final int BINS = 1000;

  private static final int WIDE_BINS = 10;

  private final double threshold;
  private final double[] positive = new double[BINS + 1];
  private final double[] negative = new double[BINS + 1];
  private final double[] sums = new double[WIDE_BINS];
  private final double[] weights = new double[WIDE_BINS];
  private final double[] truths = new double[WIDE_BINS];

  /** By what was said and whether it is right: tp, fp, fn, tn. */
  private final double[] counts = new double[4];

  private boolean binary = true;
  private boolean probability = true;

  Judgement(double threshold) {
    this.threshold = threshold;
  }

  /**
   * Counts a score.
   *
   * @param target 1 where the label is right
   * @param said whether the label counts as found
   */
  void add(double target, double score, boolean said, double weight) {
    binary &= target == 0 || target == 1;
    probability &= score >= 0 && score <= 1;
    boolean is = target > 0.5;
    counts[said ? (is ? 0 : 1) : is ? 2 : 3] += weight;
    if (!probability) {
      return;
    }
    (is ? positive : negative)[(int) (score * BINS)] += weight;
    int wide = Math.min(WIDE_BINS - 1, (int) (score * WIDE_BINS));
    sums[wide] += score * weight;
    truths[wide] += is ? weight : 0;
    weights[wide] += weight;
  }

  double threshold() {
    return threshold;
  }

  /** Whether there is a yes or no to judge by: else it is no classification. */
  boolean isLabel() {
    return binary;
  }

  /** Whether all scores are from 0 to 1: else there are no curves. */
  boolean isProbability() {
    return probability;
  }

  double truePositives() {
    return counts[0];
  }

  double falsePositives() {
    return counts[1];
  }

  double falseNegatives() {
    return counts[2];
  }

  double trueNegatives() {
    return counts[3];
  }

  double positives() {
    return counts[0] + counts[2];
  }

  double all() {
    return counts[0] + counts[1] + counts[2] + counts[3];
  }

  /** NaN where nothing was found. */
  double precision() {
    return counts[0] / (counts[0] + counts[1]);
  }

  /** NaN where nothing was to be found. */
  double recall() {
    return counts[0] / positives();
  }

  /** 0 where nothing counts, as the metric. */
  double f1() {
    double whole = 2 * counts[0] + counts[1] + counts[2];
    return whole == 0 ? 0 : 2 * counts[0] / whole;
  }

  /**
   * For falling thresholds.
   *
   * @param points recall and precision
   * @param area below, as steps
   */
  record PrecisionRecall(List<double[]> points, double area) {}

  /** Empty curves without positives. */
  PrecisionRecall precisionRecall() {
    List<double[]> points = new ArrayList<>();
    double found = 0;
    double wrong = 0;
    double all = 0;
    for (double p : positive) {
      all += p;
    }
    double area = 0;
    double before = 0;
    for (int bin = BINS; bin >= 0 && all > 0; bin--) {
      if (positive[bin] + negative[bin] == 0) {
        continue;
      }
      found += positive[bin];
      wrong += negative[bin];
      double recall = found / all;
      double precision = found / (found + wrong);
      area += (recall - before) * precision;
      if (points.isEmpty()) {
        points.add(new double[] {0, precision});
      }
      points.add(new double[] {recall, precision});
      before = recall;
    }
    return new PrecisionRecall(points, all > 0 ? area : Double.NaN);
  }

  /** Mean score and share of what is right, for each tenth that has scores. */
  List<double[]> calibration() {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < WIDE_BINS; i++) {
      if (weights[i] > 0) {
        points.add(new double[] {sums[i] / weights[i], truths[i] / weights[i]});
      }
    }
    return points;
  }

  static double[] column(List<double[]> points, int k) {
    return points.stream().mapToDouble(p -> p[k]).toArray();
  }
}
