package convlstm4j.objective;

import convlstm4j.option.Config;

/**
 * The part of positive targets that are found: {@code tp / (tp + fn)}. 0 where nothing counts.
 *
 * @param average how the classes (last axis) become one number
 * @param threshold a prediction above it is a yes, class by class; NaN: the class of the largest
 *     prediction, or above 0.5 for a single prediction per position
 */
public record Recall(Average average, double threshold) implements Metric {
  /** As Keras's: all predictions together, threshold 0.5. */
  public Recall() {
    this(Average.MICRO, 0.5);
  }

  @Override
  public String name() {
    return "recall";
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  @Override
  public Accumulator start() {
    return new Confusion(average, threshold, (tp, fp, fn) -> Confusion.ratio(tp, tp + fn));
  }

  @Override
  public Config config() {
    return Confusion.config("Recall", this, average, threshold);
  }
}
