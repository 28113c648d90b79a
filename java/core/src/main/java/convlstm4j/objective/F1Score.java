package convlstm4j.objective;

import convlstm4j.option.Config;

/**
 * The harmonic mean of precision and recall: {@code 2 tp / (2 tp + fp + fn)}. 0 where nothing
 * counts.
 *
 * @param average how the classes (last axis) become one number
 * @param threshold a prediction above it is a yes, class by class; NaN: the class of the largest
 *     prediction, or above 0.5 for a single prediction per position
 */
public record F1Score(Average average, double threshold) implements Metric {
  /** The mean over the classes; the largest prediction decides, or 0.5 where there is only one. */
  public F1Score() {
    this(Average.MACRO, Double.NaN);
  }

  @Override
  public String name() {
    return "f1_score";
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  @Override
  public Accumulator start() {
    return new Confusion(
        average, threshold, (tp, fp, fn) -> Confusion.ratio(2 * tp, 2 * tp + fp + fn));
  }

  @Override
  public Config config() {
    return Confusion.config("F1Score", this, average, threshold);
  }
}
