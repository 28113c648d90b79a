package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A metric of Keras 3 (keras.metrics), or {@code PSNR} or {@code SSIM} of tf.image, by Keras's name
 * and options.
 *
 * @param className Keras's name, for instance {@code RootMeanSquaredError}
 * @param options all of them, by Keras's names
 */
public record KerasMetric(String className, Map<String, Object> options) implements Metric {
  public KerasMetric {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** Empty if there is none of that name. */
  static Optional<KerasMetric> ofName(String name) {
    return KerasMetrics.className(name).map(kind -> of(Config.of(kind)));
  }

  /** Empty if it is of no kind that there is here. */
  static Optional<KerasMetric> restored(Config config) {
    return KerasMetrics.classes().contains(config.className())
        ? Optional.of(of(config))
        : Optional.empty();
  }

  private static KerasMetric of(Config config) {
    return new KerasMetric(config.className(), KerasMetrics.options(config));
  }

  /**
   * Sets an option.
   *
   * @param option Keras's name of it, for instance {@code k}
   * @param value a number, boolean, text or list of numbers
   * @return a new metric
   * @throws IllegalArgumentException if the metric has no such option, or not of such a value
   */
  public KerasMetric with(String option, Object value) {
    Map<String, Object> all = config().values();
    all.put(option, value);
    return of(new Config(className, all));
  }

  @Override
  public String name() {
    return KerasMetrics.name(className);
  }

  @Override
  public void check(Shape target, Shape prediction) {
    KerasMetrics.check(className, options, target, prediction);
  }

  @Override
  public boolean countsMasked() {
    return !(start() instanceof WeightedMean);
  }

  @Override
  public Accumulator start() {
    return KerasMetrics.start(className, options);
  }

  @Override
  public Config config() {
    Config config = Config.of(className).with("name", name());
    options.forEach(
        (key, value) -> config.with(key, KerasMetrics.isNone(key, value) ? null : value));
    return config;
  }
}
