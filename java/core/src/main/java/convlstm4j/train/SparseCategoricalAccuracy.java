package convlstm4j.train;

/** The part of positions whose largest prediction is that of the target, a class number. */
public record SparseCategoricalAccuracy() implements Metric {
  @Override
  public String name() {
    return "sparse_categorical_accuracy";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(WeightedMean::sparse);
  }

  @Override
  public Config config() {
    return Config.of("SparseCategoricalAccuracy").with("name", name());
  }
}
