package convlstm4j.objective;

import convlstm4j.option.Config;

/**
 * The part of predictions on the same side of the threshold as their targets 0 and 1.
 *
 * @param threshold a prediction above it is a 1; 0.5, or 0 for logits
 */
public record BinaryAccuracy(double threshold) implements Metric {
  /** With the threshold 0.5. */
  public BinaryAccuracy() {
    this(0.5);
  }

  @Override
  public String name() {
    return "binary_accuracy";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(WeightedMean.binary(threshold));
  }

  @Override
  public Config config() {
    return Config.of("BinaryAccuracy").with("name", name()).with("threshold", threshold);
  }
}
