package convlstm4j.train;

/** The part of positions whose largest prediction is where the largest (one-hot) target is. */
public record CategoricalAccuracy() implements Metric {
  @Override
  public String name() {
    return "categorical_accuracy";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(WeightedMean::categorical);
  }

  @Override
  public Config config() {
    return Config.of("CategoricalAccuracy").with("name", name());
  }
}
