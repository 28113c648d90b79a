package convlstm4j.objective;

import convlstm4j.objective.Metric.Accumulator;
import convlstm4j.objective.Overlap.Form;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Metrics of Keras 3 by the names of their classes, with their options and defaults. */
final class KerasMetrics {
  /** An option that has no default. */
  private enum Missing {
    NUMBER
  }

  /** Options that are whole numbers. */
  private static final Set<String> WHOLE =
      Set.of("k", "num_classes", "ignore_class", "num_thresholds", "num_regressors", "class_id");

  private record Kind(
      String name, Map<String, Object> options, Function<Options, Accumulator> start) {}

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  /** Names of one's own, which Keras does not use. */
  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("rmse", "root_mean_squared_error"),
          Map.entry("mape", "mean_absolute_percentage_error"),
          Map.entry("msle", "mean_squared_logarithmic_error"),
          Map.entry("r2", "r2_score"),
          Map.entry("log_cosh", "logcosh"),
          Map.entry("kld", "kl_divergence"),
          Map.entry("iou", "io_u"),
          Map.entry("binary_iou", "binary_io_u"),
          Map.entry("mean_iou", "mean_io_u"),
          Map.entry("one_hot_iou", "one_hot_io_u"),
          Map.entry("one_hot_mean_iou", "one_hot_mean_io_u"));

  private static void add(
      String kind, String name, Map<String, Object> options, Function<Options, Accumulator> start) {
    KINDS.put(kind, new Kind(name, options, start));
  }

  private static void mean(String kind, String name, WeightedMean.Score score) {
    add(kind, name, Map.of(), m -> new WeightedMean(score));
  }

  private static Map<String, Object> options(Object... keysAndDefaults) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (int i = 0; i < keysAndDefaults.length; i += 2) {
      options.put((String) keysAndDefaults[i], keysAndDefaults[i + 1]);
    }
    return options;
  }

  static {
    WeightedMean.Score squares = PositionScores.mean(PositionScores::squaredError);
    add(
        "RootMeanSquaredError",
        "root_mean_squared_error",
        Map.of(),
        m -> new RootMean(new WeightedMean(squares)));
    mean(
        "MeanAbsolutePercentageError",
        "mean_absolute_percentage_error",
        PositionScores.mean(PositionScores::percentage));
    mean(
        "MeanSquaredLogarithmicError",
        "mean_squared_logarithmic_error",
        PositionScores.mean(PositionScores::squaredLogarithm));
    mean("LogCoshError", "logcosh", PositionScores.mean(PositionScores::logCosh));
    mean("Poisson", "poisson", PositionScores.mean(PositionScores::poisson));
    mean("KLDivergence", "kl_divergence", PositionScores.sum(PositionScores::divergence));
    mean("CosineSimilarity", "cosine_similarity", PositionScores::cosine);
    mean("CategoricalHinge", "categorical_hinge", PositionScores::categoricalHinge);
    add(
        "Hinge",
        "hinge",
        Map.of(),
        m -> new WeightedMean(targets -> PositionScores.hinge(targets, false)));
    add(
        "SquaredHinge",
        "squared_hinge",
        Map.of(),
        m -> new WeightedMean(targets -> PositionScores.hinge(targets, true)));
    mean("PearsonCorrelation", "pearson_correlation", PositionScores::pearson);
    mean("ConcordanceCorrelation", "concordance_correlation", PositionScores::concordance);
    crossentropies();
    add(
        "TopKCategoricalAccuracy",
        "top_k_categorical_accuracy",
        options("k", 5.0),
        m -> new WeightedMean(PositionScores.topK((int) m.number("k"), false)));
    add(
        "SparseTopKCategoricalAccuracy",
        "sparse_top_k_categorical_accuracy",
        options("k", 5.0),
        m -> new WeightedMean(PositionScores.topK((int) m.number("k"), true)));
    counts();
    overlaps();
    add(
        "R2Score",
        "r2_score",
        options("class_aggregation", "uniform_average", "num_regressors", 0.0),
        m -> ClassScores.r2(m.text("class_aggregation"), m.number("num_regressors")));
    add(
        "FBetaScore",
        "fbeta_score",
        options("average", "macro", "beta", 1.0, "threshold", Double.NaN),
        m -> ClassScores.fBeta(m.text("average"), m.number("beta"), m.number("threshold")));
    add("PSNR", "psnr", options("max_val", 1.0), m -> new ImageQuality(false, m.number("max_val")));
    add("SSIM", "ssim", options("max_val", 1.0), m -> new ImageQuality(true, m.number("max_val")));
  }

  private static void crossentropies() {
    add(
        "BinaryCrossentropy",
        "binary_crossentropy",
        options("from_logits", false, "label_smoothing", 0.0),
        m ->
            new WeightedMean(
                PositionScores.binaryCrossentropy(
                    m.flag("from_logits"), m.number("label_smoothing"))));
    add(
        "CategoricalCrossentropy",
        "categorical_crossentropy",
        options("from_logits", false, "label_smoothing", 0.0),
        m ->
            new WeightedMean(
                PositionScores.crossentropy(m.flag("from_logits"), m.number("label_smoothing"))));
    add(
        "SparseCategoricalCrossentropy",
        "sparse_categorical_crossentropy",
        options("from_logits", false),
        m -> new WeightedMean(PositionScores.crossentropy(m.flag("from_logits"), 0)));
  }

  private static void counts() {
    count("TruePositives", "true_positives", (tp, fp, fn, tn) -> tp[0]);
    count("FalsePositives", "false_positives", (tp, fp, fn, tn) -> fp[0]);
    count("FalseNegatives", "false_negatives", (tp, fp, fn, tn) -> fn[0]);
    count("TrueNegatives", "true_negatives", (tp, fp, fn, tn) -> tn[0]);
    Thresholds.Part sensitivity = (tp, fp, fn, tn) -> Confusion.ratio(tp, tp + fn);
    Thresholds.Part specificity = (tp, fp, fn, tn) -> Confusion.ratio(tn, tn + fp);
    Thresholds.Part precision = (tp, fp, fn, tn) -> Confusion.ratio(tp, tp + fp);
    best(
        "SensitivityAtSpecificity",
        "sensitivity_at_specificity",
        sensitivity,
        "specificity",
        specificity);
    best(
        "SpecificityAtSensitivity",
        "specificity_at_sensitivity",
        specificity,
        "sensitivity",
        sensitivity);
    best("PrecisionAtRecall", "precision_at_recall", precision, "recall", sensitivity);
    best("RecallAtPrecision", "recall_at_precision", sensitivity, "precision", precision);
  }

  private static void count(String kind, String name, Thresholds.Score score) {
    add(
        kind,
        name,
        options("thresholds", 0.5),
        m -> new Thresholds(1, m.number("thresholds"), -1, score));
  }

  private static void best(
      String kind, String name, Thresholds.Part wanted, String option, Thresholds.Part part) {
    add(
        kind,
        name,
        options(option, Missing.NUMBER, "num_thresholds", 200.0, "class_id", -1.0),
        m ->
            new Thresholds(
                (int) m.number("num_thresholds"),
                Double.NaN,
                (int) m.number("class_id"),
                Thresholds.best(wanted, part, m.number(option))));
  }

  private static void overlaps() {
    Map<String, Object> sparse =
        options(
            "num_classes",
            Missing.NUMBER,
            "target_class_ids",
            List.of(),
            "ignore_class",
            Double.NaN,
            "sparse_y_true",
            true,
            "sparse_y_pred",
            true);
    add("IoU", "io_u", sparse, KerasMetrics::overlap);
    Map<String, Object> means = new LinkedHashMap<>(sparse);
    means.remove("target_class_ids");
    add("MeanIoU", "mean_io_u", means, KerasMetrics::overlap);
    Map<String, Object> oneHot = new LinkedHashMap<>(sparse);
    oneHot.remove("sparse_y_true");
    oneHot.put("sparse_y_pred", false);
    oneHot.put("num_classes", 0.0);
    add("OneHotIoU", "one_hot_io_u", oneHot, KerasMetrics::overlap);
    Map<String, Object> oneHotMeans = new LinkedHashMap<>(oneHot);
    oneHotMeans.remove("target_class_ids");
    add("OneHotMeanIoU", "one_hot_mean_io_u", oneHotMeans, KerasMetrics::overlap);
    add(
        "BinaryIoU",
        "binary_io_u",
        options("target_class_ids", List.of(0, 1), "threshold", 0.5),
        m -> new Overlap(m, Form.SPARSE, Form.THRESHOLD));
  }

  private static Accumulator overlap(Options m) {
    boolean sparse = m.values().getOrDefault("sparse_y_true", false).equals(true);
    return new Overlap(
        m,
        sparse ? Form.SPARSE : Form.ONE_HOT,
        m.flag("sparse_y_pred") ? Form.SPARSE : Form.ONE_HOT);
  }

  private KerasMetrics() {}

  /** Names of those that need no option. */
  static List<String> names() {
    return KINDS.values().stream()
        .filter(k -> !k.options().containsValue(Missing.NUMBER))
        .map(Kind::name)
        .toList();
  }

  static Set<String> classes() {
    return KINDS.keySet();
  }

  static String name(String className) {
    return KINDS.get(className).name();
  }

  static Accumulator start(String className, Map<String, Object> options) {
    return KINDS.get(className).start().apply(new Options(options));
  }

  /** Keras's name of the class; null if there is none of that name. */
  static String className(String name) {
    String full = SHORT.getOrDefault(name, name);
    for (Map.Entry<String, Kind> e : KINDS.entrySet()) {
      if (e.getValue().name().equals(full)) {
        return e.getKey();
      }
    }
    return null;
  }

  /**
   * All options of a metric.
   *
   * @param config of one of {@link #classes()}
   */
  static Map<String, Object> options(Config config) {
    Kind kind = KINDS.get(config.className());
    Set<String> keys = new HashSet<>(kind.options().keySet());
    keys.add("name");
    config.allow(keys);
    Map<String, Object> options = new LinkedHashMap<>();
    kind.options()
        .forEach(
            (key, absent) -> {
              Object value = read(config, key, absent);
              if (config.values().get(key) != null) {
                checkRange(config, key, value);
              }
              if (absent == Missing.NUMBER && key.equals("num_classes") && value.equals(0.0)) {
                throw config.wrong(key, value, "1 or more");
              }
              options.put(key, value);
            });
    return options;
  }

  private static Object read(Config config, String key, Object absent) {
    Object given = config.values().get(key);
    if (given instanceof List<?> one && one.size() == 1 && absent instanceof Double) {
      return read(new Config(config.className(), Map.of(key, one.get(0))), key, absent);
    }
    if (absent == Missing.NUMBER) {
      if (given == null) {
        throw new IllegalArgumentException(
            "metric " + config.className() + " needs " + key + ", which has no default");
      }
      return number(config, key, Double.NaN);
    }
    if (absent instanceof Boolean b) {
      return config.flag(key, b);
    }
    if (absent instanceof Double d) {
      return number(config, key, d);
    }
    if (absent instanceof String s) {
      return config.text(key, s);
    }
    return given == null ? absent : classes(config, key);
  }

  private static double number(Config config, String key, double absent) {
    boolean whole = WHOLE.contains(key) && config.values().get(key) != null;
    return whole ? config.whole(key, 0) : config.number(key, absent);
  }

  private static List<Integer> classes(Config config, String key) {
    List<Integer> all = new ArrayList<>();
    for (Number n : config.numbers(key)) {
      if (n.intValue() != n.doubleValue() || n.intValue() < 0) {
        throw config.wrong(key, config.values().get(key), "class numbers from 0");
      }
      all.add(n.intValue());
    }
    return all;
  }

  /** Whether a value stands for Keras's {@code None}. */
  static boolean isNone(String key, Object value) {
    return value instanceof Double d && (Double.isNaN(d) || (key.equals("class_id") && d < 0));
  }

  private static void checkRange(Config config, String key, Object value) {
    boolean right =
        switch (key) {
          case "k", "num_thresholds" -> (double) value >= 1;
          case "num_classes", "num_regressors", "class_id" -> (double) value >= 0;
          case "beta", "max_val" -> (double) value > 0;
          case "specificity", "sensitivity", "recall", "precision", "label_smoothing" ->
              (double) value >= 0 && (double) value <= 1;
          case "average" -> Set.of("micro", "macro", "weighted").contains(value);
          case "class_aggregation" ->
              Set.of("uniform_average", "variance_weighted_average").contains(value);
          default -> true;
        };
    if (!right) {
      throw config.wrong(
          key,
          value,
          switch (key) {
            case "average" -> "micro, macro or weighted";
            case "class_aggregation" -> "uniform_average or variance_weighted_average";
            case "beta", "max_val" -> "a number above 0";
            case "k", "num_thresholds" -> "1 or more";
            case "num_classes", "num_regressors", "class_id" -> "0 or more";
            default -> "0 to 1";
          });
    }
  }

  static void check(String className, Map<String, Object> options, Shape target, Shape prediction) {
    Accumulator accumulator = start(className, options);
    if (accumulator instanceof Overlap overlap) {
      overlap.check(name(className), target, prediction);
    } else if (accumulator instanceof Thresholds thresholds) {
      thresholds.check(name(className), prediction);
    }
    boolean sparse = className.startsWith("Sparse");
    if (sparse && target.dim(-1) > 1) {
      throw new IllegalArgumentException(
          name(className) + " has targets of one number per class, expected class numbers");
    }
    boolean oneHot =
        Set.of("TopKCategoricalAccuracy", "CategoricalCrossentropy").contains(className);
    if (oneHot && target.dim(-1) == 1 && prediction.dim(-1) > 1) {
      throw new IllegalArgumentException(
          name(className) + " has class numbers as targets, expected one-hot ones");
    }
    if (Set.of("PSNR", "SSIM").contains(className)) {
      checkImages(className, target, prediction);
    }
  }

  private static void checkImages(String className, Shape target, Shape prediction) {
    int least = className.equals("SSIM") ? ImageQuality.WINDOW : 1;
    boolean images = prediction.rank() >= 4 && target.dim(-1) == prediction.dim(-1);
    for (int axis = -3; axis <= -2 && images; axis++) {
      long size = prediction.dim(axis);
      images = size == Shape.UNKNOWN || size >= least;
    }
    if (!images) {
      throw new IllegalArgumentException(
          name(className)
              + " is of images [N,..,H,W,C] with at least "
              + least
              + " pixels a side, got "
              + prediction);
    }
  }
}
