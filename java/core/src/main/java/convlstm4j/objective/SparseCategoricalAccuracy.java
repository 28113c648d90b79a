package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;

/** The part of positions whose largest prediction is that of the target, a class number. */
public record SparseCategoricalAccuracy() implements Metric {
  @Override
  public String name() {
    return "sparse_categorical_accuracy";
  }

  @Override
  public void check(Shape target, Shape prediction) {
    if (target.dim(-1) > 1) {
      throw new IllegalArgumentException(
          name()
              + " has targets of one number per class, expected class numbers; use categorical_accuracy");
    }
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
