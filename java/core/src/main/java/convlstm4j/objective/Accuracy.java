package convlstm4j.objective;

import convlstm4j.option.Config;

/**
 * Keras's {@code "accuracy"}: binary for one prediction per position (threshold 0.5), sparse for
 * class numbers as targets, else categorical.
 */
public record Accuracy() implements Metric {
  private static final WeightedMean.Score BINARY = WeightedMean.binary(0.5);

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(
        (target, t, targets, prediction, p, k) -> {
          if (k == 1) {
            return BINARY.of(target, t, targets, prediction, p, k);
          }
          return targets == 1
              ? WeightedMean.sparse(target, t, targets, prediction, p, k)
              : WeightedMean.categorical(target, t, targets, prediction, p, k);
        });
  }

  @Override
  public Config config() {
    return Config.of("Accuracy").with("name", name());
  }
}
