package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.contract.TestBackends;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Functions of TensorFlow in models of Keras 2, with numbers of NumPy and PyTorch. */
class TensorFlowOpsTest {
  private static List<Map<?, ?>> cases() throws IOException {
    try (var in = TensorFlowOpsTest.class.getResourceAsStream("tensorflow-ops.json")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return JSON.std.listFrom(text).stream().<Map<?, ?>>map(c -> (Map<?, ?>) c).toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> computeWhatTensorFlowDoes() throws IOException {
    List<Map<?, ?>> cases = cases();
    assertTrue(cases.size() > 40, "cases: " + cases.size());
    return cases.stream()
        .flatMap(
            c ->
                Stream.of("reference", "onednn")
                    .filter(TestBackends::include)
                    .map(
                        backend ->
                            DynamicTest.dynamicTest(
                                backend + " " + c.get("function") + " " + c.get("arguments"),
                                () -> check(c, backend))));
  }

  private static void check(Map<?, ?> c, String backend) throws IOException {
    String json = JSON.std.asString(c.get("model"));
    try (Model model = Model.of(Architecture.fromJson(json)).backend(backend)) {
      List<Tensor> y = model.predict(tensors(c.get("inputs")).toArray(new Tensor[0]));
      List<Tensor> expected = tensors(c.get("outputs"));
      assertEquals(expected.size(), y.size());
      for (int k = 0; k < y.size(); k++) {
        assertEquals(expected.get(k).shape(), y.get(k).shape());
        for (int i = 0; i < y.get(k).size(); i++) {
          assertEquals(expected.get(k).get(i), y.get(k).get(i), 2e-6, "output " + k + " at " + i);
        }
      }
    }
  }

  private static List<Tensor> tensors(Object all) {
    List<Tensor> tensors = new ArrayList<>();
    for (Object one : (List<?>) all) {
      long[] shape =
          ((List<?>) ((Map<?, ?>) one).get("shape"))
              .stream().mapToLong(n -> ((Number) n).longValue()).toArray();
      double[] values =
          ((List<?>) ((Map<?, ?>) one).get("values"))
              .stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
      tensors.add(Tensor.of(values, Shape.of(shape).dims()));
    }
    return tensors;
  }

  private static String refusal(String function, String arguments) {
    String json =
        """
        {"class_name": "Functional", "keras_version": "2.11.0", "config": {"name": "m", "layers": [
         {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape":
          [null, 4]}, "inbound_nodes": []},
         {"class_name": "TFOpLambda", "name": "tf.f", "config": {"name": "tf.f", "function": "%s"},
          "inbound_nodes": [["x", 0, 0, %s]]}],
         "input_layers": [["x", 0, 0]], "output_layers": [["tf.f", 0, 0]]}}"""
            .formatted(function, arguments);
    return assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json))
        .getMessage();
  }

  @Test
  void whatIsNotHereIsNamed() {
    String unknown = refusal("linalg.qr", "{}");
    assertTrue(unknown.contains("TensorFlow's function linalg.qr"), unknown);
    String option = refusal("math.cumsum", "{\"axis\": 1, \"reverse\": true}");
    assertTrue(option.contains("argument reverse=true is not supported"), option);
    String batch = refusal("math.reduce_mean", "{\"axis\": null}");
    assertTrue(batch.contains("joins the samples of a batch"), batch);
  }
}
