package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;

/** The part of positions whose largest prediction is where the largest (one-hot) target is. */
public record CategoricalAccuracy() implements Metric {
  @Override
  public String name() {
    return "categorical_accuracy";
  }

  @Override
  public void check(Shape target, Shape prediction) {
    if (target.dim(-1) == 1 && prediction.dim(-1) > 1) {
      throw new IllegalArgumentException(
          name()
              + " has class numbers as targets, expected one-hot ones; use sparse_categorical_accuracy");
    }
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
