package convlstm4j.io.keras;

import convlstm4j.graph.Names;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.option.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names of Keras's losses and metrics that there are here, of all releases from 2.2 to 3.15: those
 * of classes, of functions, and short ones.
 */
final class TrainingNames {
  private static final Set<String> LOSSES =
      Loss.names().stream()
          .map(name -> Loss.ofName(name).config().className())
          .collect(Collectors.toUnmodifiableSet());

  /** Metrics here that are not Keras's. */
  static final Set<String> TF_IMAGE = Set.of("PSNR", "SSIM");

  /** Losses that are summed along any axes; others only along the last. */
  private static final Set<String> OVER_AXES = Set.of("Dice", "Tversky");

  /** Keras's class {@code Accuracy}, which asks for equal numbers, is not among them. */
  private static final Set<String> METRICS =
      Set.of(
          "BinaryAccuracy",
          "CategoricalAccuracy",
          "SparseCategoricalAccuracy",
          "MeanSquaredError",
          "MeanAbsoluteError",
          "AUC",
          "Precision",
          "Recall",
          "F1Score");

  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("bce", "BinaryCrossentropy"),
          Map.entry("BCE", "BinaryCrossentropy"),
          Map.entry("mse", "MeanSquaredError"),
          Map.entry("MSE", "MeanSquaredError"),
          Map.entry("mae", "MeanAbsoluteError"),
          Map.entry("MAE", "MeanAbsoluteError"),
          Map.entry("mape", "MeanAbsolutePercentageError"),
          Map.entry("MAPE", "MeanAbsolutePercentageError"),
          Map.entry("msle", "MeanSquaredLogarithmicError"),
          Map.entry("MSLE", "MeanSquaredLogarithmicError"),
          Map.entry("kld", "KLDivergence"),
          Map.entry("KLD", "KLDivergence"),
          Map.entry("kullback_leibler_divergence", "KLDivergence"),
          Map.entry("logcosh", "LogCosh"),
          Map.entry("cosine_proximity", "CosineSimilarity"),
          Map.entry("huber_loss", "Huber"));

  /** Options that Keras has as null for a number per class, for two of them its default. */
  private static final Map<String, String> PER_CLASS =
      Map.of("F1Score", "average", "FBetaScore", "average", "R2Score", "class_aggregation");

  /** Keras's words for the accuracy that fits the shapes. */
  private static final Set<String> AUTOMATIC = Set.of("accuracy", "acc");

  private TrainingNames() {}

  /** Keras's class for any of its names; empty if it is not among those. */
  private static Optional<String> find(String name, Set<String> classes) {
    String known = SHORT.getOrDefault(name, name);
    return classes.stream()
        .filter(c -> c.equals(known) || Names.snakeCase(c).equals(known))
        .findFirst();
  }

  /**
   * A loss; empty if there is none of this name.
   *
   * @param read what the file names
   * @param heed gives those of the options that there are here
   */
  static Optional<Loss> loss(TrainingObject read, UnaryOperator<Map<String, Object>> heed) {
    return find(read.name(), LOSSES)
        .map(
            kind -> {
              Map<String, Object> options = new LinkedHashMap<>(read.options());
              Object axes = OVER_AXES.contains(kind) ? options.remove("axis") : null;
              Map<String, Object> known = heed.apply(options);
              if (axes != null) {
                known.put("axis", axes);
              }
              return Loss.fromConfig(new Config(kind, known));
            });
  }

  /**
   * A metric; empty if there is none of this name.
   *
   * @param read what the file names
   * @param classes last axis of what is predicted
   * @param heed gives those of the options that there are here
   */
  static Optional<Metric> metric(
      TrainingObject read, long classes, UnaryOperator<Map<String, Object>> heed) {
    String name = read.name();
    if (read.isWord() && AUTOMATIC.contains(name.toLowerCase(Locale.ROOT))) {
      return Optional.of(named(new Accuracy(), name));
    }
    Optional<String> further = find(name, Metric.names()).filter(k -> !TF_IMAGE.contains(k));
    if (further.isPresent()) {
      Map<String, Object> options = new LinkedHashMap<>(read.options());
      options.remove("dtype");
      if (Double.valueOf(-1).equals(number(options.get("axis")))) {
        options.remove("axis");
      }
      options.remove("ignore_class", null); // which newer releases write
      checkOneNumber(further.get(), classes, options);
      Metric metric = Metric.fromConfig(new Config(further.get(), options));
      return Optional.of(read.isWord() && isFunction(name) ? named(metric, name) : metric);
    }
    return find(name, METRICS)
        .map(
            kind -> {
              Map<String, Object> options = heed.apply(thresholds(kind, read.options()));
              checkOneNumber(kind, classes, options);
              Metric metric = Metric.fromConfig(new Config(kind, options));
              // Keras reports a function by the word that it was given as.
              return read.isWord() && isFunction(name) ? named(metric, name) : metric;
            });
  }

  /**
   * Fails where Keras gives a number for each of several classes. Of a single class it is the same
   * as their mean, which is the default here.
   */
  private static void checkOneNumber(String kind, long classes, Map<String, Object> options) {
    String key = PER_CLASS.get(kind);
    boolean isDefault = kind.equals("R2Score") && !options.containsKey(key);
    if (key == null || isDefault || options.get(key) != null) {
      return;
    }
    if (classes != 1) {
      throw new IllegalArgumentException(
          "metric "
              + kind
              + " has "
              + key
              + "=null, a number per class; there are "
              + (kind.equals("R2Score")
                  ? "uniform_average, variance_weighted_average"
                  : kind.equals("F1Score") ? "micro, macro" : "micro, macro, weighted"));
    }
    options.remove(key);
  }

  private static boolean isFunction(String name) {
    return name.equals(Names.snakeCase(name));
  }

  private static @Nullable Double number(@Nullable Object o) {
    return o instanceof Number n ? n.doubleValue() : null;
  }

  private static Metric named(Metric metric, String name) {
    return name.equals(metric.name()) ? metric : metric.named(name);
  }

  /** One threshold, which Keras calls by several names; those of AUC only approximate it. */
  private static Map<String, Object> thresholds(String kind, Map<String, Object> options) {
    Map<String, Object> one = new LinkedHashMap<>(options);
    if (kind.equals("AUC")) {
      one.remove("thresholds");
    } else if (kind.equals("Precision") || kind.equals("Recall")) {
      Object all = one.remove("thresholds");
      one.put(
          "threshold",
          all == null ? (Object) 0.5 : all instanceof List<?> l && l.size() == 1 ? l.get(0) : all);
    }
    return one;
  }
}
