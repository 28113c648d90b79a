package convlstm4j.objective;

import convlstm4j.option.Config;

/** The mean of the squared errors. */
public record MeanSquaredError() implements Metric {
  @Override
  public String name() {
    return "mean_squared_error";
  }

  @Override
  public Accumulator start() {
    return new WeightedMean(
        (target, t, targets, prediction, p, k) -> {
          double sum = 0;
          for (int j = 0; j < k; j++) {
            double e = prediction.get(p + j) - target.get(targets == 1 ? t : t + j);
            sum += e * e;
          }
          return sum / k;
        });
  }

  @Override
  public Config config() {
    return Config.of("MeanSquaredError").with("name", name());
  }
}
