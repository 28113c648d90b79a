package convlstm4j.io.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Network;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureReadTest {
  private static final String KERAS3 =
      """
      {"module": "keras", "class_name": "Functional", "registered_name": "Functional",
       "config": {"name": "f", "trainable": true, "layers": [
        {"module": "keras.layers", "class_name": "InputLayer", "name": "x", "registered_name": null,
         "config": {"batch_shape": [null, null, 4], "dtype": "float32", "sparse": false, "name": "x"},
         "inbound_nodes": []},
        {"module": "keras.layers", "class_name": "InputLayer", "name": "m", "registered_name": null,
         "config": {"batch_shape": [null, null], "dtype": "bool", "name": "m"},
         "inbound_nodes": []},
        {"module": "keras.layers", "class_name": "Add", "name": "sum", "registered_name": null,
         "config": {"name": "sum", "trainable": true,
          "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}},
         "build_config": {"input_shape": [[null, 3], [null, 3]]},
         "inbound_nodes": [{"args": [[
           {"class_name": "__keras_tensor__", "config": {"shape": [null, 3], "dtype": "float32",
            "keras_history": ["b", 0, 0]}},
           {"class_name": "__keras_tensor__", "config": {"shape": [null, 3], "dtype": "float32",
            "keras_history": ["b", 0, 2]}}]], "kwargs": {}}]},
        {"module": "keras.layers", "class_name": "LSTM", "name": "a", "registered_name": null,
         "config": {"name": "a", "units": 3, "return_state": true},
         "inbound_nodes": [{"args": [
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}],
           "kwargs": {"training": null, "mask":
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["m", 0, 0]}}}}]},
        {"module": "keras.layers", "class_name": "LSTM", "name": "b", "registered_name": null,
         "config": {"name": "b", "units": 3, "return_state": true},
         "inbound_nodes": [{"args": [
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}],
           "kwargs": {"initial_state": [
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 1]}},
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 2]}}]}}]}],
        "input_layers": [["x", 0, 0], ["m", 0, 0]], "output_layers": ["sum", 0, 0]}}
      """;

  private static final String KERAS2 =
      """
      {"class_name": "Sequential", "keras_version": "2.3.1", "backend": "tensorflow",
       "config": {"name": "sequential_1", "layers": [
        {"class_name": "ConvLSTM2D", "config": {"name": "c", "batch_input_shape": [null, 3, 9, 9, 2],
         "dtype": "float32", "filters": 4, "kernel_size": [3, 3],
         "recurrent_activation": "hard_sigmoid", "time_major": false, "kernel_initializer":
         {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg",
          "distribution": "uniform", "seed": null}}, "kernel_constraint": null}},
        {"class_name": "Flatten", "config": {"name": "f", "data_format": "channels_last"}},
        {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "sigmoid"}}]}}
      """;

  /** As Keras 2 writes a call {@code layer(x, training=True)}, to which it keeps. */
  private static final String ALWAYS_TRAINING =
      """
      {"class_name": "Functional", "keras_version": "2.11.0", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "name": "i"},
         "name": "i", "inbound_nodes": []},
        {"class_name": "Dropout", "config": {"name": "d", "rate": 0.5}, "name": "d",
         "inbound_nodes": [[["i", 0, 0, {"training": true}]]]}],
        "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 0]]}}
      """;

  /** In Keras 3 the model's own mode overrides what a call says. */
  @Test
  void keras3AlwaysInTraining() {
    Network said =
        Architecture.fromJson(KERAS3.replace("\"training\": null", "\"training\": true"));
    assertEquals(Architecture.toJson(Architecture.fromJson(KERAS3)), Architecture.toJson(said));
  }

  @Test
  void keras3Functional() {
    Network n = Architecture.fromJson(KERAS3);
    assertEquals(List.of("x", "m"), n.inputNames());
    assertEquals("[[None, 3]]", n.outputs().stream().map(s -> s.shape().toString()).toList() + "");
    assertEquals(2, n.outputs().get(0).node().arguments().data().size());
    assertEquals(
        2, n.outputs().get(0).node().arguments().first().node().arguments().initialState().size());
    assertTrue(
        n.outputs()
            .get(0)
            .node()
            .arguments()
            .first()
            .node()
            .arguments()
            .initialState()
            .get(0)
            .node()
            .arguments()
            .mask()
            .isPresent());
  }

  @Test
  void keras2Sequential() {
    Network n = Architecture.fromJson(KERAS2, KerasVersion.KERAS3);
    assertEquals("[None, 2]", n.outputs().get(0).shape().toString());
    assertEquals("[None, 3, 9, 9, 2]", n.inputs().get(0).shape().toString());
    assertEquals(
        "hard_sigmoid_keras2", n.layer("c").config().get("recurrent_activation")); // by the file
    String unversioned = KERAS2.replace("\"keras_version\": \"2.3.1\",", "");
    assertEquals(
        "hard_sigmoid_keras3",
        Architecture.fromJson(unversioned).layer("c").config().get("recurrent_activation"));
    String input =
        "{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [2, 3, 9, 9, 2],"
            + " \"name\": \"i\"}}, {\"class_name\": \"ConvLSTM2D\"";
    Network withInput =
        Architecture.fromJson(KERAS2.replace("{\"class_name\": \"ConvLSTM2D\"", input));
    assertEquals("[2, 2]", withInput.outputs().get(0).shape().toString());
  }

  @TestFactory
  List<DynamicTest> refused() {
    return List.of(
        refused("", "model JSON: it is empty at line 1, column 1"),
        refused("{\"a\": 1,", "at line 1, column"),
        refused("{\"a\": 1, \"a\": 2}", "Duplicate field 'a'"),
        refused(
            KERAS2.replace("[null, 3, 9, 9, 2]", "[null, 0, 9, 9, 2]"),
            "Input: shape [None, 0, 9, 9, 2] has a size of 0, expected at least 1"),
        refused(KERAS2 + "{}", "something follows the model at line"),
        refused("[1]", "model JSON: got [1], expected an object {..}"),
        refused("[".repeat(2000), "nesting depth"),
        refused(KERAS2.replace("Sequential", "Graph"), "class_name: got Graph, expected"),
        refused(
            KERAS2.replace("batch_input_shape", "seed"),
            "config.layers[0].config: the first layer has no batch_shape"),
        refused(
            KERAS2.replace("\"units\": 2", "\"units\": -2"),
            "config.layers[2]: Dense: units=-2, must be >= 1"),
        refused(
            KERAS2.replace("\"kernel_constraint\": null", "\"kernel_constraint\": \"radial\""),
            "config.layers[0]: ConvLSTM2D \"c\": kernel_constraint=radial"),
        refused(
            KERAS2.replace("[null, 3, 9, 9, 2]", "[null, 3, 2, 9, 2]"),
            "config.layers[0]: ConvLSTM2D \"c\": ConvLstm2d"),
        refused(
            KERAS2.replace("[null, 3, 9, 9, 2]", "[null, 3, -9, 9, 2]"),
            "batch_input_shape[2]: got -9, expected a whole number >= 0"),
        refused(KERAS3.replace("[\"b\", 0, 0]", "[\"z\", 0, 0]"), "there is no layer \"z\""),
        refused(KERAS3.replace("[\"b\", 0, 0]", "[\"b\", 0, 7]"), "layer \"b\" has 3 outputs"),
        refused(
            KERAS3.replace("[\"b\", 0, 0]", "[\"sum\", 0, 0]"),
            "config.layers[2].inbound_nodes[0]: an input is not the output of any call"),
        refused(
            ALWAYS_TRAINING,
            "training: got true, expected false or null: a layer that is always in training is not"
                + " supported"),
        refused(KERAS3.replace("\"name\": \"b\"", "\"name\": \"a\""), "two layers are named \"a\""),
        refused(
            KERAS3.replace("\"LSTM\"", "\"GRX\""),
            "config.layers[3]: layer \"a\" is of the kind GRX, which there is not here"));
  }

  private static DynamicTest refused(String json, String piece) {
    return DynamicTest.dynamicTest(
        piece,
        () -> {
          String message =
              assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json))
                  .getMessage();
          assertTrue(message.startsWith("model JSON") && message.contains(piece), message);
        });
  }

  /** Any damage gives the one exception, or a network. */
  @Test
  void damagedJson() {
    Random random = new Random(7);
    String[] snippets = {
      "null", "-1", "[]", "{}", "\"x\"", "1e999", "99999999999999999999", "2147483647", "true", "0"
    };
    int refused = 0;
    List<String> good =
        List.of(KERAS2, KERAS3, NestedModelJsonTest.keras2(), NestedModelJsonTest.keras3());
    for (int i = 0; i < 8000; i++) {
      StringBuilder s = new StringBuilder(good.get(i % good.size()));
      for (int k = random.nextInt(3); k >= 0; k--) {
        int at = random.nextInt(s.length());
        switch (random.nextInt(4)) {
          case 0 -> s.setCharAt(at, (char) (32 + random.nextInt(96)));
          case 1 -> s.delete(at, Math.min(s.length(), at + 1 + random.nextInt(30)));
          default -> replaceValue(s, at, snippets[random.nextInt(snippets.length)]);
        }
      }
      try {
        Architecture.toJson(Architecture.fromJson(s.toString()));
      } catch (ArchitectureException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("case " + i + ": " + s, e);
      }
    }
    assertTrue(refused > 2000 && refused < 8000, refused + " of 8000 refused");
  }

  /** Puts another value after the first colon from a place on. */
  private static void replaceValue(StringBuilder s, int from, String value) {
    int colon = s.indexOf(": ", from);
    if (colon < 0) {
      return;
    }
    int end = colon + 2;
    while (end < s.length() && ",]}".indexOf(s.charAt(end)) < 0) {
      end++;
    }
    s.replace(colon + 2, end, value);
  }
}
