package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Input;
import convlstm4j.objective.AUC;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.CategoricalAccuracy;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.objective.MeanSquaredError;
import convlstm4j.objective.Metric;
import convlstm4j.objective.Precision;
import convlstm4j.objective.Recall;
import convlstm4j.objective.SparseCategoricalAccuracy;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every metric with every loss and every form of labels: {@code [N,1]}, {@code [N,K]}, {@code
 * [N,T,1]}, {@code [N,T,K]}, and those of one number without their last axis. The values are those
 * that Keras 3.8 computed (AUC with 20,000 thresholds); where Keras's are of no use or it fails,
 * there is one line before training.
 */
class MetricFormsTest {
  private static final Map<String, Metric> METRICS = new LinkedHashMap<>();

  static {
    METRICS.put("accuracy", new Accuracy());
    METRICS.put("binary_accuracy", new BinaryAccuracy());
    METRICS.put("categorical_accuracy", new CategoricalAccuracy());
    METRICS.put("sparse_categorical_accuracy", new SparseCategoricalAccuracy());
    METRICS.put("mse", new MeanSquaredError());
    METRICS.put("mae", new MeanAbsoluteError());
    METRICS.put("AUC", new AUC());
    METRICS.put("Precision", new Precision().named("precision"));
    METRICS.put("Recall", new Recall().named("recall"));
    METRICS.put("F1Score", new F1Score());
  }

  private static final List<Loss> LOSSES =
      List.of(
          Loss.meanSquaredError(),
          Loss.meanAbsoluteError(),
          Loss.huber(1),
          Loss.binaryCrossentropy(),
          Loss.categoricalCrossentropy(),
          Loss.sparseCategoricalCrossentropy());

  @TestFactory
  List<DynamicTest> asKeras() throws IOException {
    List<Object> rows;
    try (InputStream in = MetricFormsTest.class.getResourceAsStream("metrics-of-keras.json")) {
      rows = JSON.std.listFrom(in);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Object o : rows) {
      Map<?, ?> row = (Map<?, ?>) o;
      Shape shape =
          Shape.of(((List<?>) row.get("shape")).stream().mapToLong(d -> (int) d).toArray());
      Tensor prediction = tensor(row.get("prediction"), shape);
      long k = shape.dim(-1);
      int count = ((List<?>) row.get("target")).size();
      boolean classes = k > 1 && count < shape.elements();
      Tensor target = tensor(row.get("target"), classes ? shape.with(-1, 1) : shape);
      for (Loss loss : LOSSES) {
        // What a loss can be given its own checks say; a single class has no other number than 0.
        if (classes == loss.name().startsWith("sparse") && !(k == 1 && classes)) {
          for (String name : METRICS.keySet()) {
            Object value = ((Map<?, ?>) row.get("values")).get(name);
            tests.add(test(loss, name, prediction, target, value));
            if (target.shape().dim(-1) == 1) {
              Tensor flat = target.reshape(target.shape().without(-1));
              tests.add(test(loss, name, prediction, flat, value));
            }
          }
        }
      }
    }
    assertTrue(tests.size() > 250, tests.size() + " tests");
    return tests;
  }

  private static Tensor tensor(Object numbers, Shape shape) {
    List<?> list = (List<?>) numbers;
    Tensor t = Tensor.zeros(convlstm4j.tensor.DType.FLOAT32, shape);
    for (int i = 0; i < list.size(); i++) {
      t.set(i, ((Number) list.get(i)).doubleValue());
    }
    return t;
  }

  private static DynamicTest test(
      Loss loss, String name, Tensor prediction, Tensor target, Object value) {
    return DynamicTest.dynamicTest(
        name + " " + loss.name() + " " + prediction.shape() + " " + target.shape(),
        () -> {
          boolean classes = loss.name().startsWith("sparse");
          boolean useless = name.equals("categorical_accuracy") && classes;
          boolean fails =
              name.equals("sparse_categorical_accuracy")
                  && !classes
                  && prediction.shape().dim(-1) > 1;
          Compile options = Compile.with(new Adam()).loss(loss).metrics(METRICS.get(name));
          Symbol x = Input.named("x", prediction.shape().without(0).dims());
          try (Model model =
              Model.of(x, new ActivationLayer(Activation.LINEAR).named("y").apply(x))
                  .backend("reference")) {
            if (useless || fails) {
              String said =
                  assertThrows(IllegalArgumentException.class, () -> model.compile(options))
                      .getMessage();
              assertTrue(said.startsWith("compile: output \"y\", loss " + loss.name()), said);
              assertTrue(said.contains("; use ") && !said.contains("\n"), said);
              return;
            }
            model.compile(options);
            Map<String, Double> logs =
                model.evaluate(
                    InMemoryDataset.of(prediction, target).batch((int) prediction.shape().dim(0)));
            double got = logs.get(METRICS.get(name).name());
            if (value == null) { // an extension of this library: class numbers, or video
              assertTrue(got >= 0 && got <= 1, "" + got);
            } else {
              double tolerance = name.equals("AUC") ? 2e-4 : 1e-5;
              assertEquals(((Number) value).doubleValue(), got, tolerance);
            }
          }
        });
  }
}
