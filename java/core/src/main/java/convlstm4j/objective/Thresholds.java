package convlstm4j.objective;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/**
 * Weighted counts of right and wrong answers at many thresholds (keras/src/metrics
 * /metrics_utils.py). A target that is not 0 is a yes.
 */
final class Thresholds implements Metric.Accumulator {
  /**
   * A number of the counts at all thresholds: true and false positives, false and true negatives.
   */
  interface Score {
    double of(double[] tp, double[] fp, double[] fn, double[] tn);
  }

  /** A part that must reach a value, or that is wanted. */
  interface Part {
    double of(double tp, double fp, double fn, double tn);
  }

  private final int n;

  /** The only one; NaN where n are spread evenly over 0 to 1. */
  private final double threshold;

  /** The only class that counts; negative for all. */
  private final int classId;

  private final Score score;

  /** By the bucket that the prediction lies in: of yes, of no. */
  private final double[] yes;

  private final double[] no;

  Thresholds(int n, double threshold, int classId, Score score) {
    this.n = n;
    this.threshold = threshold;
    this.classId = classId;
    this.score = score;
    this.yes = new double[n + 1];
    this.no = new double[n + 1];
  }

  /** The largest wanted part among the thresholds at which another reaches a value. */
  static Score best(Part wanted, Part constrained, double value) {
    return (tp, fp, fn, tn) -> {
      double best = 0;
      for (int i = 0; i < tp.length; i++) {
        if (constrained.of(tp[i], fp[i], fn[i], tn[i]) >= value) {
          best = Math.max(best, wanted.of(tp[i], fp[i], fn[i], tn[i]));
        }
      }
      return best;
    };
  }

  /** Fails where the only class that counts is not there. */
  void check(String name, Shape prediction) {
    long k = prediction.dim(-1);
    if (classId >= k && k != Shape.UNKNOWN) {
      throw new IllegalArgumentException(
          name + " has class_id=" + classId + ", expected 0 to " + (k - 1) + " or none");
    }
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    int k = (int) prediction.shape().dim(-1);
    int targets = (int) target.shape().dim(-1);
    for (int i = 0; i < prediction.size(); i++) {
      if (classId < 0 || i % k == classId) {
        boolean is = targets == k ? target.get(i) != 0 : target.get(i / k) == i % k;
        (is ? yes : no)[above(prediction.get(i))] += weights.get(i / k);
      }
    }
  }

  /** How many thresholds the prediction is above. */
  private int above(double p) {
    if (n == 1) {
      return p > (Double.isNaN(threshold) ? 0.5 : threshold) ? 1 : 0;
    }
    double bucket = Math.ceil((float) p * (n - 1)) - 1;
    return (int) Math.max(0, Math.min(n - 1, bucket)) + 1;
  }

  @Override
  public double result() {
    double[] tp = new double[n];
    double[] fp = new double[n];
    double[] fn = new double[n];
    double[] tn = new double[n];
    double allYes = 0;
    double allNo = 0;
    for (int b = 0; b <= n; b++) {
      allYes += yes[b];
      allNo += no[b];
    }
    double ofYes = 0;
    double ofNo = 0;
    for (int i = n - 1; i >= 0; i--) {
      ofYes += yes[i + 1];
      ofNo += no[i + 1];
      tp[i] = ofYes;
      fp[i] = ofNo;
      fn[i] = allYes - ofYes;
      tn[i] = allNo - ofNo;
    }
    return score.of(tp, fp, fn, tn);
  }

  @Override
  public double[] state() {
    double[] state = new double[2 * (n + 1)];
    System.arraycopy(yes, 0, state, 0, n + 1);
    System.arraycopy(no, 0, state, n + 1, n + 1);
    return state;
  }

  @Override
  public void restore(double[] state) {
    System.arraycopy(state, 0, yes, 0, n + 1);
    System.arraycopy(state, n + 1, no, 0, n + 1);
  }
}
