package convlstm4j.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.option.Config;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Keras's metrics refuse, and how large a batch may be. */
class KerasMetricTest {
  @Test
  void aNumberPerClassIsRefused() {
    for (String key : List.of("average", "class_aggregation")) {
      String kind = key.equals("average") ? "FBetaScore" : "R2Score";
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> KerasMetric.restored(Config.of(kind).with(key, null)));
      String words =
          key.equals("average")
              ? "micro, macro or weighted"
              : "uniform_average or variance_weighted_average";
      assertEquals(
          kind + ": " + key + "=null, expected " + words + ": here it is one number, not a list",
          e.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Metric.fromConfig(Config.of("F1Score").with("average", null)));
  }

  @Test
  void aKindOfNoSuchNameIsRefusedByName() {
    Metric metric = new KerasMetric("Nonsense", Map.of());
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, metric::start);
    assertTrue(
        e.getMessage().startsWith("metric Nonsense is not known; there are "), e.getMessage());
    e = assertThrows(IllegalArgumentException.class, new KerasTermLoss("Nonsense", Map.of())::name);
    assertTrue(e.getMessage().startsWith("loss Nonsense is not known; there are "), e.getMessage());
  }

  @Test
  void anOptionThatIsMissingIsNamed() {
    Metric metric = new KerasMetric("TopKCategoricalAccuracy", Map.of());
    assertEquals(
        "the option k is missing among {}",
        assertThrows(IllegalArgumentException.class, metric::start).getMessage());
  }

  /** As a file may have them. */
  @Test
  void strangeNumbersAreRefusedByName() {
    assertEquals(
        "TruePositives: thresholds=[null], expected a number",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    KerasMetric.restored(
                        Config.of("TruePositives")
                            .with("thresholds", Arrays.asList((Double) null))))
            .getMessage());
    assertEquals(
        "IoU: target_class_ids=[3.0E9], expected a list of whole numbers",
        assertThrows(
                IllegalArgumentException.class,
                () -> iou("IoU", "num_classes", 3, "target_class_ids", 3e9))
            .getMessage());
  }

  @Test
  void aConfusionMatrixCountsClasses() {
    ConfusionMatrix m = new ConfusionMatrix(3);
    Tensor target = Tensor.of(new float[] {0, 1, 2, 2, 7}, 5, 1);
    Tensor prediction = Tensor.of(new float[] {9, 1, 1, 0, 0, 1, 0, 1, 9, 3, 2, 1, 1, 2, 3}, 5, 3);
    m.add(target, prediction);
    double[][] expected = {{1, 0, 0}, {0, 0, 1}, {1, 0, 1}};
    for (int t = 0; t < 3; t++) {
      for (int p = 0; p < 3; p++) {
        assertEquals(expected[t][p], m.count(t, p), t + " " + p);
      }
    }
  }

  private static KerasMetric iou(String name, Object... options) {
    Config config = Config.of(name);
    for (int i = 0; i < options.length; i += 2) {
      config.with((String) options[i], options[i + 1]);
    }
    return KerasMetric.restored(config).orElseThrow();
  }

  private static void refused(String message, Metric m, Shape target, Shape prediction) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> m.check(target, prediction));
    assertEquals(message, e.getMessage());
  }

  /** 131,072 positions: their number squared is more than an int holds. */
  @Test
  void largeBatchesKeepTheirWeights() {
    Shape shape = Shape.of(8, 128, 128, 2);
    Tensor target = Tensor.zeros(DType.FLOAT32, shape);
    Tensor prediction = Tensor.zeros(DType.FLOAT32, shape);
    Tensor weights = Tensor.zeros(DType.FLOAT32, shape.without(-1));
    int n = weights.size();
    for (int i = 0; i < n; i++) {
      target.set(2 * i, 1);
      prediction.set(2 * i + (i % 4 == 0 ? 1 : 0), 1); // a quarter is wrong
      weights.set(i, i < n / 2 ? 0 : 1);
    }
    Metric.Accumulator a = Metric.ofName("one_hot_mean_iou").start();
    a.add(target, prediction, weights);
    assertEquals(0.75 / 2, a.result(), 1e-6); // of class 0, and none of class 1
    Metric.Accumulator each = Metric.ofName("binary_iou").start();
    each.add(prediction, prediction, weights);
    assertEquals(1, each.result(), 1e-6);
  }

  @Test
  void formsThatDoNotFitTheShapesAreRefused() {
    Shape classes = Shape.of(2, 5, 1);
    Shape scores = Shape.of(2, 5, 3);
    String hint = "; see its options sparse_y_true and sparse_y_pred";
    refused(
        "binary_io_u is for targets of one number for each of the predictions [2, 5, 3], got"
            + " [2, 5, 1]"
            + hint,
        Metric.ofName("binary_iou"),
        classes,
        scores);
    KerasMetric sparse = iou("MeanIoU", "num_classes", 3);
    sparse.check(scores, scores);
    sparse.check(classes, classes);
    refused(
        "mean_io_u is for targets of one number for each of the predictions [2, 5, 3], got"
            + " [2, 5, 1]"
            + hint,
        sparse,
        classes,
        scores);
    KerasMetric largest = sparse.with("sparse_y_pred", false);
    largest.check(classes, scores);
    refused(
        "mean_io_u is for targets of class numbers, [N, .., 1], got [2, 5, 3]" + hint,
        largest,
        scores,
        scores);
    Metric oneHot = Metric.ofName("one_hot_iou");
    oneHot.check(scores, scores);
    oneHot.check(classes, scores);
    refused(
        "one_hot_io_u is for predictions of class numbers, [N, .., 1], got [2, 5, 3]" + hint,
        iou("OneHotIoU", "num_classes", 3, "sparse_y_pred", true),
        scores,
        scores);
  }

  @Test
  void classesThatAreNotThereAreRefused() {
    Shape scores = Shape.of(4, 3);
    KerasMetric oneHot = iou("OneHotIoU", "num_classes", 3, "target_class_ids", List.of(0, 2));
    oneHot.check(scores, scores);
    refused(
        "one_hot_io_u has target_class_ids with 3, expected classes 0 to 2",
        oneHot.with("target_class_ids", List.of(1, 3)),
        scores,
        scores);
    refused(
        "one_hot_io_u has target_class_ids with 3, expected classes 0 to 2",
        iou("OneHotIoU", "target_class_ids", List.of(3)),
        scores,
        scores);
    refused(
        "binary_io_u has target_class_ids with 2, expected classes 0 to 1",
        iou("BinaryIoU", "target_class_ids", List.of(2)),
        scores,
        scores);
    KerasMetric one = iou("PrecisionAtRecall", "recall", 0.5, "class_id", 2);
    one.check(scores, scores);
    one.with("num_thresholds", 10).check(scores, scores);
    refused(
        "precision_at_recall has class_id=3, expected 0 to 2 or none",
        one.with("class_id", 3),
        scores,
        scores);
    assertThrows(
        IllegalArgumentException.class, () -> oneHot.with("target_class_ids", List.of(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> oneHot.with("target_class_ids", List.of(0.5)));
  }

  @ParameterizedTest
  @CsvSource({
    "TopKCategoricalAccuracy, k, 2.5, a whole number",
    "SparseTopKCategoricalAccuracy, k, Infinity, a whole number",
    "PrecisionAtRecall, num_thresholds, 1.5, a whole number",
    "PrecisionAtRecall, class_id, 0.5, a whole number",
    "PrecisionAtRecall, class_id, -1, 0 or more",
    "R2Score, num_regressors, 0.5, a whole number",
    "MeanIoU, num_classes, 2.5, a whole number",
    "MeanIoU, num_classes, 0, 1 to 16384",
    "OneHotIoU, num_classes, 0, 1 to 16384",
    "OneHotIoU, num_classes, 1e9, 1 to 16384",
    "PrecisionAtRecall, num_thresholds, 1e9, 1 to 1048576",
    "TopKCategoricalAccuracy, k, 1e10, 1 or more",
    "OneHotMeanIoU, ignore_class, 0.5, a whole number",
  })
  void numbersThatAreCountsAreWhole(String kind, String key, double value, String expected) {
    Config config = Config.of(kind);
    if (kind.equals("PrecisionAtRecall")) {
      config.with("recall", 0.5);
    }
    config.with(key, value);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> KerasMetric.restored(config));
    assertEquals(kind + ": " + key + "=" + value + ", expected " + expected, e.getMessage());
  }
}
