package convlstm4j.objective;

import convlstm4j.option.Config;
import java.util.Locale;

/** How a loss is made of those of the positions: Keras's {@code reduction}. */
public enum Reduction {
  /** Their weighted sum, divided by their number. */
  SUM_OVER_BATCH_SIZE,
  /** Their weighted sum. */
  SUM,
  /** Their weighted sum, divided by the sum of the weights. */
  MEAN_WITH_SAMPLE_WEIGHT;

  /** The option's name in a config. */
  static final String KEY = "reduction";

  String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Reduction of(Config config) {
    String name = config.text(KEY, "sum_over_batch_size");
    return switch (name) {
      case "sum_over_batch_size", "mean", "auto" -> SUM_OVER_BATCH_SIZE;
      case "sum" -> SUM;
      case "mean_with_sample_weight" -> MEAN_WITH_SAMPLE_WEIGHT;
      default ->
          throw config.wrong(KEY, name, "sum_over_batch_size, sum or mean_with_sample_weight");
    };
  }
}
