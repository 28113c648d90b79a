package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * What is reported beside the loss. A metric is a plain value; {@link #start} begins a measurement
 * that streams over batches. Sample weights (and class weights, in training) count in every metric,
 * as in Keras's {@code weighted_metrics}.
 */
public interface Metric {
  /**
   * The name under which it is reported.
   *
   * @return Keras's name, for instance {@code binary_accuracy}
   */
  String name();

  /**
   * Begins a measurement.
   *
   * @return without data yet
   */
  Accumulator start();

  /**
   * The options, to be saved.
   *
   * @return Keras's class name and options
   */
  Config config();

  /**
   * Fails if targets of a form cannot be measured, before anything is trained on them.
   *
   * @param target shape of the targets; its last axis is the prediction's, or 1 for class numbers
   * @param prediction shape of the output, {@code [.., K]}; -1 for sizes that are not known
   * @throws IllegalArgumentException if this metric has no meaning for them
   */
  default void check(Shape target, Shape prediction) {}

  /**
   * Whether positions that a mask takes out of the loss are measured nevertheless, as Keras 3 does
   * with all metrics that are not a mean over the positions.
   *
   * @return false unless it says otherwise: the weights of such positions are 0
   */
  default boolean countsMasked() {
    return false;
  }

  /** A measurement in progress. */
  interface Accumulator {
    /**
     * Adds a batch.
     *
     * @param target of the prediction's shape, or {@code [.., 1]} with class numbers
     * @param prediction {@code [.., K]}
     * @param weights of the prediction's shape without its last axis
     */
    void add(Tensor target, Tensor prediction, Tensor weights);

    /**
     * The metric of all batches so far.
     *
     * @return the value; what it is without data, each metric says
     */
    double result();

    /**
     * What has been measured so far, so that a measurement can go on elsewhere.
     *
     * @return numbers whose meaning is the accumulator's own
     */
    double[] state();

    /**
     * Goes on from what was measured elsewhere.
     *
     * @param state as {@link #state()} gave it
     */
    void restore(double[] state);
  }

  /**
   * The same metric reported under another name.
   *
   * @param newName the name
   * @return a new metric
   */
  default Metric named(String newName) {
    return new Renamed(this, newName);
  }

  /**
   * Keras's metrics that there are here beside those of classes of their own, as {@code
   * RootMeanSquaredError}; to be had by {@link #ofName} and {@link #fromConfig(Config)}.
   *
   * @return the names of their classes
   */
  static Set<String> names() {
    return KerasMetrics.classes();
  }

  /**
   * A metric by Keras's name, with Keras's options; {@code f1} and {@code f1_score} are the mean
   * over the classes as in {@link F1Score#F1Score()}, {@code micro_f1} is of all classes together.
   *
   * @param name for instance {@code accuracy} or {@code mae}
   * @return the metric
   * @throws IllegalArgumentException if there is none
   */
  static Metric ofName(String name) {
    return switch (name) {
      case "accuracy", "acc" -> new Accuracy();
      case "binary_accuracy" -> new BinaryAccuracy();
      case "categorical_accuracy" -> new CategoricalAccuracy();
      case "sparse_categorical_accuracy" -> new SparseCategoricalAccuracy();
      case "mse", "mean_squared_error" -> new MeanSquaredError();
      case "mae", "mean_absolute_error" -> new MeanAbsoluteError();
      case "auc" -> new AUC();
      case "precision" -> new Precision();
      case "recall" -> new Recall();
      case "f1", "f1_score" -> new F1Score();
      case "micro_f1" -> new F1Score(Average.MICRO, Double.NaN).named(name);
      default -> {
        Metric metric =
            KerasMetric.ofName(name)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "metric \""
                                + name
                                + "\" is not known; expected accuracy, binary_accuracy,"
                                + " categorical_accuracy, sparse_categorical_accuracy, mse, mae,"
                                + " rmse, auc, precision, recall, f1, micro_f1, "
                                + String.join(", ", KerasMetrics.names())));
        yield metric.name().equals(name) ? metric : metric.named(name);
      }
    };
  }

  /**
   * A metric under another name.
   *
   * @param metric what is measured
   * @param name how it is reported
   */
  record Renamed(Metric metric, String name) implements Metric {
    @Override
    public void check(Shape target, Shape prediction) {
      metric.check(target, prediction);
    }

    @Override
    public Accumulator start() {
      return metric.start();
    }

    @Override
    public boolean isRegistered() {
      return metric.isRegistered();
    }

    @Override
    public boolean countsMasked() {
      return metric.countsMasked();
    }

    @Override
    public Config config() {
      Config own = metric.config(); // of the user's own, maybe immutable
      return new Config(own.className(), Config.copy(own.values())).with("name", name);
    }
  }

  /**
   * Restores a metric from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the metric
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Metric fromConfig(Config config) {
    return fromConfig(config, CustomMetrics.none());
  }

  /**
   * Restores a metric from its options, which may be of a kind of the user's own.
   *
   * @param config as {@link #config()} gives it
   * @param custom the user's kinds, which come before those of this library
   * @return the metric
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Metric fromConfig(Config config, CustomMetrics custom) {
    return known(config, custom)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "metric "
                        + config.className()
                        + " is not known here; register it (CustomMetrics)"));
  }

  /** Empty if it is of no known kind. */
  private static Optional<Metric> known(Config config, CustomMetrics custom) {
    return custom
        .make(config)
        .or(() -> ofKeras(config))
        .map(
            metric -> {
              String name = config.text("name", metric.name());
              return name.equals(metric.name()) ? metric : metric.named(name);
            });
  }

  /** One of those here, of which {@link #config()} tells Keras's name; empty if it is none. */
  private static Optional<? extends Metric> ofKeras(Config config) {
    Metric metric =
        switch (config.className()) {
          case "Accuracy" -> new Accuracy();
          case "BinaryAccuracy" -> new BinaryAccuracy(config.number("threshold", 0.5));
          case "CategoricalAccuracy" -> new CategoricalAccuracy();
          case "SparseCategoricalAccuracy" -> new SparseCategoricalAccuracy();
          case "MeanSquaredError" -> new MeanSquaredError();
          case "MeanAbsoluteError" -> new MeanAbsoluteError();
          case "AUC" -> new AUC();
          case "Precision" ->
              new Precision(Average.of(config), config.number("threshold", Double.NaN));
          case "Recall" -> new Recall(Average.of(config), config.number("threshold", Double.NaN));
          case "F1Score" -> new F1Score(Average.of(config), config.number("threshold", Double.NaN));
          default -> null;
        };
    if (metric == null) {
      return KerasMetric.restored(config);
    }
    config.allow(Set.of("name", "threshold", "average"));
    return Optional.of(metric);
  }

  /**
   * Restores a metric, or keeps one of a kind that is neither this library's nor registered as it
   * is: it is saved again unchanged, and refuses to be measured.
   *
   * @param config as {@link #config()} gives it
   * @param custom the user's kinds
   * @return the metric
   * @throws IllegalArgumentException if an option is wrong
   */
  static Metric keptFromConfig(Config config, CustomMetrics custom) {
    return known(config, custom).orElseGet(() -> new UnregisteredMetric(config));
  }

  /**
   * Whether the metric can be measured.
   *
   * @return false for one that was loaded where its kind was not registered
   */
  default boolean isRegistered() {
    return true;
  }
}
