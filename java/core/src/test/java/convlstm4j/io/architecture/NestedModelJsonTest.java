package convlstm4j.io.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Add;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.Layers;
import convlstm4j.layer.NestedModel;
import convlstm4j.program.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models inside models as Keras 2.11 and 3.8 write them. */
class NestedModelJsonTest {
  private static final String INPUT =
      """
      {"class_name": "InputLayer", "name": "%s", "config": {"name": "%s", "%s": [null, 3],
       "dtype": "float32"}, "inbound_nodes": []}""";

  private static String input(String name, String key) {
    return INPUT.formatted(name, name, key);
  }

  /** y = twice(twice(x)), z = once(twice(x)); calls of models inside count from 1. */
  static String keras2() {
    return """
        {"class_name": "Functional", "keras_version": "2.11.0", "backend": "tensorflow",
         "config": {"name": "model", "layers": [
          IN_X,
          {"class_name": "Functional", "name": "twice", "inbound_nodes":
            [[["x", 0, 0, {}]], [["twice", 1, 0, {}]]],
           "config": {"name": "twice", "trainable": true, "layers": [
            IN_I,
            {"class_name": "Dense", "name": "d", "config": {"name": "d", "units": 3},
             "inbound_nodes": [[["i", 0, 0, {}]]]}],
            "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 0]]}},
          {"class_name": "Sequential", "name": "once", "inbound_nodes": [[["twice", 1, 0, {}]]],
           "config": {"name": "once", "layers": [
            IN_J,
            {"class_name": "Dense", "config": {"name": "e", "units": 2}}]}}],
          "input_layers": [["x", 0, 0]], "output_layers": [["twice", 2, 0], ["once", 1, 0]]}}
        """
        .replace("IN_X", input("x", "batch_input_shape"))
        .replace("IN_I", input("i", "batch_input_shape"))
        .replace("IN_J", input("j", "batch_input_shape"));
  }

  /** The same; calls count from 0, but in the outputs from 1 for a Functional. */
  static String keras3() {
    String tensor =
        """
        {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 3],
         "dtype": "float32", "keras_history": ["%s", 0, 0]}}], "kwargs": {}}""";
    return keras2()
        .replace("2.11.0", "3.8.0")
        .replace("batch_input_shape", "batch_shape")
        .replace("[[\"i\", 0, 0, {}]]", tensor.formatted("i"))
        .replace("[[\"x\", 0, 0, {}]]", tensor.formatted("x"))
        .replace("[[\"twice\", 1, 0, {}]]", tensor.formatted("twice"))
        .replace("[\"once\", 1, 0]", "[\"once\", 0, 0]");
  }

  @Test
  void bothGenerations() {
    Network two = Architecture.fromJson(keras2());
    Network three = Architecture.fromJson(keras3());
    for (Network n : List.of(two, three)) {
      assertEquals(
          List.of(
              "twice/d/kernel [3, 3]",
              "twice/d/bias [3]",
              "once/e/kernel [3, 2]",
              "once/e/bias [2]"),
          n.parameters().stream().map(Parameter::toString).toList());
      Symbol twice = n.outputs().get(0);
      Symbol once = n.outputs().get(1);
      assertEquals("twice", twice.node().layer().name());
      Symbol first = twice.node().arguments().first();
      assertEquals("x", first.node().arguments().first().node().layer().name());
      assertEquals(first, once.node().arguments().first());
      assertEquals("Sequential", once.node().layer().kerasClass());
    }
    assertEquals(Architecture.toJson(two), Architecture.toJson(three));
  }

  @Test
  void countedAsKeras2() {
    Network network = Architecture.fromJson(keras3());
    Map<String, Object> counted = Architecture.countedAsKeras2(Layers.toKeras(network));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("class_name", "Functional");
    model.put("keras_version", "2.11.0");
    model.put("config", counted);
    String json = Json.write(model).replaceAll("\\s+", " ");
    assertTrue(json.contains("[ [ [ \"twice\", 1, 0, { } ] ] ]"), json);
    assertTrue(json.contains("[ [ \"twice\", 2, 0 ], [ \"once\", 1, 0 ] ]"), json);
    assertEquals(Architecture.toJson(network), Architecture.toJson(Architecture.fromJson(json)));
  }

  @Test
  void keras2PoolsStepsOfModelsInside() {
    Symbol x = Input.named("i", 3);
    Network inner = Network.of(List.of(x), List.of(new BatchNormalization().named("n").apply(x)));
    Map<String, Object> form = Layers.toKeras(new NestedModel(inner).named("inner"));
    for (String version : List.of("2.11.0", "3.8.0")) {
      String json =
          "{\"class_name\": \"Sequential\", \"keras_version\": \""
              + version
              + "\", \"config\": {\"layers\": [{\"class_name\": \"TimeDistributed\", \"config\":"
              + " {\"name\": \"t\", \"batch_input_shape\": [null, 2, 3], \"layer\": "
              + Json.write(form)
              + "}}]}}";
      assertEquals(
          version.startsWith("2") ? true : null,
          Architecture.fromJson(json).layer("t").config().get("pool_steps"));
    }
  }

  @Test
  void errorsSayWhere() {
    refused(
        keras2().replace("\"units\": 3", "\"units\": -3"),
        "model JSON, config.layers[1].config.layers[1]: Dense: units=-3, must be >= 1");
    refused(
        keras2().replace("[\"twice\", 2, 0]", "[\"twice\", 3, 0]"),
        "config.output_layers[0]: there is no such call");
    refused(
        keras2().replace("[[[\"x\", 0, 0, {}]],", "[[[\"x\", 0, 0, {}], [\"x\", 0, 0, {}]],"),
        "Functional \"twice\": got 2 inputs, expected 1: [i]");
    Symbol x = Input.shape(3);
    Symbol y = Input.shape(3);
    NestedModel join =
        new NestedModel(
            Network.of(
                List.of(x, y),
                List.of(
                    new Add()
                        .apply(
                            x,
                            new Dense(3)
                                .named("own")
                                .kernelInitializer((s, r) -> new double[9])
                                .apply(y)))));
    Network network = Network.of(List.of(x, y), List.of(join.apply(x, y)));
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.toJson(network)).getMessage();
    assertTrue(message.startsWith("Dense \"functional/own\": initializer "), message);
  }

  private static void refused(String json, String piece) {
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json)).getMessage();
    assertTrue(message.contains(piece), message);
  }
}
