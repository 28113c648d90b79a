package convlstm4j.objective;

/** Metrics of sums per class: R2 and F-beta scores (keras/src/metrics). */
final class ClassScores {
  private static final double EPSILON = 1e-7;
  private static final int COUNTS = 4;

  private ClassScores() {}

  /**
   * The part of the targets' variance that is explained.
   *
   * @param aggregation how the classes become one number
   * @param regressors for the adjusted score; 0 for none
   */
  static PerClass r2(Object aggregation, double regressors) {
    return new PerClass(
        COUNTS,
        (prediction, largest) -> prediction,
        (sums, at, t, p, w) -> {
          sums[at] += w;
          sums[at + 1] += w * t;
          sums[at + 2] += w * t * t;
          sums[at + 3] += w * (t - p) * (t - p);
        },
        (sums, elements) -> {
          double plain = 0;
          double weighted = 0;
          double totals = 0;
          for (int i = 0; i < sums.length; i += COUNTS) {
            double total = sums[i + 2] - sums[i + 1] * sums[i + 1] / sums[i];
            double score = 1 - sums[i + 3] / total;
            score = Double.isInfinite(score) ? 0 : score;
            plain += score * COUNTS / sums.length;
            weighted += total * score;
            totals += total;
          }
          double r2 = aggregation.equals("uniform_average") ? plain : weighted / totals;
          boolean adjusted = regressors > 0 && regressors < elements - 1;
          return adjusted ? 1 - (1 - r2) * (elements - 1) / (elements - regressors - 1) : r2;
        });
  }

  /**
   * The weighted harmonic mean of precision and recall.
   *
   * @param average micro, macro or weighted by the targets
   * @param beta how much recall counts
   * @param threshold a prediction above it is a yes; NaN for the largest, of several all
   */
  static PerClass fBeta(String average, double beta, double threshold) {
    return new PerClass(
        COUNTS,
        (prediction, largest) ->
            (Double.isNaN(threshold)
                    ? prediction >= largest && Math.abs(prediction) > 1e-9
                    : prediction > threshold)
                ? 1
                : 0,
        (sums, at, t, p, w) -> {
          sums[at] += w * p * t;
          sums[at + 1] += w * p * (1 - t);
          sums[at + 2] += w * (1 - p) * t;
          sums[at + 3] += w * t;
        },
        (sums, elements) -> {
          double[] all = new double[COUNTS];
          double macro = 0;
          double weighted = 0;
          for (int i = 0; i < sums.length; i += COUNTS) {
            double score = fBeta(beta, sums[i], sums[i + 1], sums[i + 2]);
            macro += score * COUNTS / sums.length;
            weighted += score * sums[i + 3];
            for (int k = 0; k < COUNTS; k++) {
              all[k] += sums[i + k];
            }
          }
          return switch (average) {
            case "micro" -> fBeta(beta, all[0], all[1], all[2]);
            case "macro" -> macro;
            default -> weighted / (all[3] + EPSILON);
          };
        });
  }

  private static double fBeta(double beta, double tp, double fp, double fn) {
    double precision = tp / (tp + fp + EPSILON);
    double recall = tp / (tp + fn + EPSILON);
    double b = beta * beta;
    return (1 + b) * precision * recall / (b * precision + recall + EPSILON);
  }
}
