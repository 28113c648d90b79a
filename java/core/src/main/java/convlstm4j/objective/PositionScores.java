package convlstm4j.objective;

import convlstm4j.objective.WeightedMean.Score;
import convlstm4j.op.WeightedLoss;
import convlstm4j.tensor.Tensor;

/**
 * Numbers of single positions whose weighted means are metrics of Keras's
 * (keras/src/losses/losses.py): p the K predictions, t the targets, epsilon 1e-7.
 */
final class PositionScores {
  private static final double EPSILON = WeightedLoss.EPSILON;

  private PositionScores() {}

  /** A number of one prediction and its target. */
  interface Each {
    double of(double p, double t);
  }

  private static double target(Tensor target, int t, int targets, int j) {
    return target.get(targets == 1 ? t : t + j);
  }

  static Score sum(Each each) {
    return (target, t, targets, prediction, p, k) -> {
      double sum = 0;
      for (int j = 0; j < k; j++) {
        sum += each.of(prediction.get(p + j), target(target, t, targets, j));
      }
      return sum;
    };
  }

  static Score mean(Each each) {
    Score sum = sum(each);
    return (target, t, targets, prediction, p, k) ->
        sum.of(target, t, targets, prediction, p, k) / k;
  }

  static double squaredError(double p, double t) {
    return (p - t) * (p - t);
  }

  static double percentage(double p, double t) {
    return 100 * Math.abs(p - t) / Math.max(Math.abs(t), EPSILON);
  }

  static double squaredLogarithm(double p, double t) {
    double d = Math.log1p(Math.max(p, EPSILON)) - Math.log1p(Math.max(t, EPSILON));
    return d * d;
  }

  static double logCosh(double p, double t) {
    double e = Math.abs(p - t);
    return e + Math.log1p(Math.exp(-2 * e)) - Math.log(2);
  }

  static double poisson(double p, double t) {
    return p - t * Math.log(p + EPSILON);
  }

  static double divergence(double p, double t) {
    double clipped = clip(t, EPSILON, 1);
    return clipped * Math.log(clipped / clip(p, EPSILON, 1));
  }

  private static double clip(double x, double least, double most) {
    return Math.max(least, Math.min(most, x));
  }

  /** {@code max(1 - t p, 0)}, or its square; where all targets of a batch are 0 or 1, 0 is -1. */
  static Score hinge(Tensor targets, boolean squared) {
    boolean isBinary = true;
    for (int i = 0; i < targets.size(); i++) {
      isBinary &= targets.get(i) == 0 || targets.get(i) == 1;
    }
    boolean signs = isBinary;
    return mean(
        (p, t) -> {
          double gap = Math.max(1 - (signs ? 2 * t - 1 : t) * p, 0);
          return squared ? gap * gap : gap;
        });
  }

  static double categoricalHinge(
      Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    double right = 0;
    double wrong = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < k; j++) {
      double is = target(target, t, targets, j);
      right += is * prediction.get(p + j);
      wrong = Math.max(wrong, (1 - is) * prediction.get(p + j));
    }
    return Math.max(wrong - right + 1, 0);
  }

  static double cosine(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    double product = 0;
    double a = 0;
    double b = 0;
    for (int j = 0; j < k; j++) {
      double x = prediction.get(p + j);
      double y = target(target, t, targets, j);
      product += x * y;
      a += x * x;
      b += y * y;
    }
    return product * inverse(a) * inverse(b);
  }

  private static double inverse(double square) {
    return Math.min(1 / Math.sqrt(square), 1 / EPSILON);
  }

  static Score binaryCrossentropy(boolean fromLogits, double smoothing) {
    return mean(
        (p, target) -> {
          double t = target * (1 - smoothing) + 0.5 * smoothing;
          if (fromLogits) {
            return Math.max(p, 0) - p * t + Math.log1p(Math.exp(-Math.abs(p)));
          }
          double clipped = clip(p, EPSILON, 1 - EPSILON);
          return -t * Math.log(clipped) - (1 - t) * Math.log(1 - clipped);
        });
  }

  /** Against one-hot targets or, where there is one target for all, class numbers. */
  static Score crossentropy(boolean fromLogits, double smoothing) {
    return (target, t, targets, prediction, p, k) -> {
      double most = Double.NEGATIVE_INFINITY;
      double sum = 0;
      for (int j = 0; j < k; j++) {
        most = Math.max(most, prediction.get(p + j));
        sum += prediction.get(p + j);
      }
      double exponentials = 0;
      for (int j = 0; j < k && fromLogits; j++) {
        exponentials += Math.exp(prediction.get(p + j) - most);
      }
      double loss = 0;
      for (int j = 0; j < k; j++) {
        double is =
            targets == 1 && k > 1
                ? target.get(t) == j ? 1 : 0
                : target.get(t + j) * (1 - smoothing) + smoothing / k;
        double x = prediction.get(p + j);
        loss -=
            is
                * (fromLogits
                    ? x - most - Math.log(exponentials)
                    : Math.log(clip(x / sum, EPSILON, 1 - EPSILON)));
      }
      return loss;
    };
  }

  /** Whether fewer than so many predictions are above that of the target's class. */
  static Score topK(int most, boolean sparse) {
    return (target, t, targets, prediction, p, k) -> {
      int is = sparse ? (int) target.get(t) : WeightedMean.largest(target, t, targets);
      if (is < 0 || is >= k) {
        return 0;
      }
      int above = 0;
      for (int j = 0; j < k; j++) {
        above += prediction.get(p + j) > prediction.get(p + is) ? 1 : 0;
      }
      return above < most ? 1 : 0;
    };
  }

  static double pearson(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    Moments m = new Moments(target, t, targets, prediction, p, k);
    return m.both / Math.sqrt(m.ofPredictions * m.ofTargets);
  }

  static double concordance(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
    Moments m = new Moments(target, t, targets, prediction, p, k);
    double apart = m.meanTarget - m.meanPrediction;
    return 2 * m.both / (m.ofPredictions + m.ofTargets + apart * apart + EPSILON);
  }

  /** Means, variances and covariance along the last axis. */
  private static final class Moments {
    final double meanPrediction;
    final double meanTarget;
    double ofPredictions;
    double ofTargets;
    double both;

    Moments(Tensor target, int t, int targets, Tensor prediction, int p, int k) {
      double sumP = 0;
      double sumT = 0;
      for (int j = 0; j < k; j++) {
        sumP += prediction.get(p + j);
        sumT += target(target, t, targets, j);
      }
      meanPrediction = sumP / k;
      meanTarget = sumT / k;
      for (int j = 0; j < k; j++) {
        double x = prediction.get(p + j) - meanPrediction;
        double y = target(target, t, targets, j) - meanTarget;
        ofPredictions += x * x / k;
        ofTargets += y * y / k;
        both += x * y / k;
      }
    }
  }
}
