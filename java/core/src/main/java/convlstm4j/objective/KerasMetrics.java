package convlstm4j.objective;

import convlstm4j.objective.Metric.Accumulator;
import convlstm4j.objective.Overlap.Form;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Metrics of Keras 3 by the names of their classes, with their options and defaults. */
final class KerasMetrics {
  private static final int MOST_THRESHOLDS = 1 << 20;

  private static final Kinds<Function<Options, Accumulator>> KINDS = new Kinds<>("metric");

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
    KINDS.add(kind, name, options, start);
  }

  private static void mean(String kind, String name, WeightedMean.Score score) {
    add(kind, name, Map.of(), m -> new WeightedMean(score));
  }

  static {
    KINDS.whole(1, Integer.MAX_VALUE, "1 or more", "k");
    KINDS.whole(1, MOST_THRESHOLDS, "1 to " + MOST_THRESHOLDS, "num_thresholds");
    KINDS.whole(0, Integer.MAX_VALUE, "0 or more", "num_regressors", "class_id");
    KINDS.whole(1, ConfusionMatrix.MOST, "1 to " + ConfusionMatrix.MOST, "num_classes");
    KINDS.whole(Integer.MIN_VALUE, Integer.MAX_VALUE, "a class number", "ignore_class");
    KINDS.whole(0, Integer.MAX_VALUE, "class numbers from 0", "target_class_ids");
    KINDS.number(d -> d > 0, "a number above 0", "beta", "max_val");
    KINDS.number(
        d -> d >= 0 && d <= 1,
        "0 to 1",
        "specificity",
        "sensitivity",
        "recall",
        "precision",
        "label_smoothing");
    KINDS.words("average", "micro, macro or weighted", "micro", "macro", "weighted");
    KINDS.words(
        "class_aggregation",
        "uniform_average or variance_weighted_average",
        "uniform_average",
        "variance_weighted_average");
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
        Kinds.options("k", 5.0),
        m -> new WeightedMean(PositionScores.topK((int) m.number("k"), false)));
    add(
        "SparseTopKCategoricalAccuracy",
        "sparse_top_k_categorical_accuracy",
        Kinds.options("k", 5.0),
        m -> new WeightedMean(PositionScores.topK((int) m.number("k"), true)));
    counts();
    overlaps();
    add(
        "R2Score",
        "r2_score",
        Kinds.options("class_aggregation", "uniform_average", "num_regressors", 0.0),
        m -> ClassScores.r2(m.text("class_aggregation"), m.number("num_regressors")));
    add(
        "FBetaScore",
        "fbeta_score",
        Kinds.options("average", "macro", "beta", 1.0, "threshold", Double.NaN),
        m -> ClassScores.fBeta(m.text("average"), m.number("beta"), m.number("threshold")));
    add("PSNR", "psnr", Kinds.options("max_val", 1.0), m -> ImageQuality.psnr(m.number("max_val")));
    add("SSIM", "ssim", Kinds.options("max_val", 1.0), m -> ImageQuality.ssim(m.number("max_val")));
  }

  private static void crossentropies() {
    add(
        "BinaryCrossentropy",
        "binary_crossentropy",
        Kinds.options("from_logits", false, "label_smoothing", 0.0),
        m ->
            new WeightedMean(
                PositionScores.binaryCrossentropy(
                    m.flag("from_logits"), m.number("label_smoothing"))));
    add(
        "CategoricalCrossentropy",
        "categorical_crossentropy",
        Kinds.options("from_logits", false, "label_smoothing", 0.0),
        m ->
            new WeightedMean(
                PositionScores.crossentropy(m.flag("from_logits"), m.number("label_smoothing"))));
    add(
        "SparseCategoricalCrossentropy",
        "sparse_categorical_crossentropy",
        Kinds.options("from_logits", false),
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
        Kinds.options("thresholds", 0.5),
        m -> new Thresholds(1, m.number("thresholds"), -1, score));
  }

  private static void best(
      String kind, String name, Thresholds.Part wanted, String option, Thresholds.Part part) {
    add(
        kind,
        name,
        Kinds.options(option, Kinds.Missing.NUMBER, "num_thresholds", 200.0, "class_id", -1.0),
        m ->
            new Thresholds(
                (int) m.number("num_thresholds"),
                Double.NaN,
                (int) m.number("class_id"),
                Thresholds.best(wanted, part, m.number(option))));
  }

  private static void overlaps() {
    Map<String, Object> sparse =
        Kinds.options(
            "num_classes",
            Kinds.Missing.NUMBER,
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
    oneHot.put("num_classes", Double.NaN);
    add("OneHotIoU", "one_hot_io_u", oneHot, KerasMetrics::overlap);
    Map<String, Object> oneHotMeans = new LinkedHashMap<>(oneHot);
    oneHotMeans.remove("target_class_ids");
    add("OneHotMeanIoU", "one_hot_mean_io_u", oneHotMeans, KerasMetrics::overlap);
    add(
        "BinaryIoU",
        "binary_io_u",
        Kinds.options("target_class_ids", List.of(0, 1), "threshold", 0.5),
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
    return KINDS.names();
  }

  static Set<String> classes() {
    return KINDS.classes();
  }

  static String name(String className) {
    return KINDS.name(className);
  }

  static Accumulator start(String className, Map<String, Object> options) {
    return KINDS.make(className).apply(new Options(options));
  }

  /** Keras's name of the class; empty if there is none of that name. */
  static Optional<String> className(String name) {
    return KINDS.className(SHORT.getOrDefault(name, name));
  }

  /**
   * All options of a metric.
   *
   * @param config of one of {@link #classes()}
   */
  static Map<String, Object> options(Config config) {
    return KINDS.options(config);
  }

  /** Whether a value stands for Keras's {@code None}. */
  static boolean isNone(String key, Object value) {
    return value instanceof Double d && (Double.isNaN(d) || (key.equals("class_id") && d < 0));
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
