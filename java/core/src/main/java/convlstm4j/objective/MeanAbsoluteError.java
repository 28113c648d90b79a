package convlstm4j.objective;

import convlstm4j.option.Config;

/** The mean of the absolute errors. */
public record MeanAbsoluteError() implements Metric {
  @Override
  public String name() {
    return "mean_absolute_error";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(
        (target, t, targets, prediction, p, k) -> {
          double sum = 0;
          for (int j = 0; j < k; j++) {
            sum += Math.abs(prediction.get(p + j) - target.get(targets == 1 ? t : t + j));
          }
          return sum / k;
        });
  }

  @Override
  public Config config() {
    return Config.of("MeanAbsoluteError").with("name", name());
  }
}
