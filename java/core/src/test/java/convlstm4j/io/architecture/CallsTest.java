package convlstm4j.io.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.CustomLayers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What Keras writes of calls: training, masks, dictionaries, inputs that nothing uses. */
class CallsTest {
  /** A Functional model of Keras 3. */
  private static String model(String layers, String inputs, String outputs) {
    return """
        {"class_name": "Functional", "keras_version": "3.8.0", "config": {"name": "f", "layers": [
        %s], "input_layers": %s, "output_layers": %s}}"""
        .formatted(layers, inputs, outputs);
  }

  private static String input(String name, String shape) {
    return """
        {"module": "keras.layers", "class_name": "InputLayer", "name": "%s",
         "config": {"name": "%s", "batch_shape": %s}, "inbound_nodes": []}"""
        .formatted(name, name, shape);
  }

  private static String tensor(String layer) {
    return """
        {"class_name": "__keras_tensor__", "config": {"keras_history": ["%s", 0, 0]}}"""
        .formatted(layer);
  }

  private static String layer(String kind, String name, String config, String args, String kwargs) {
    return """
        {"module": "keras.layers", "class_name": "%s", "name": "%s", "config": {"name": "%s"%s},
         "registered_name": null, "inbound_nodes": [{"args": %s, "kwargs": %s}]}"""
        .formatted(kind, name, name, config, args, kwargs);
  }

  private static Arguments<Symbol> call(Network n, String layer) {
    return n.nodes().stream()
        .filter(node -> node.layer().name().equals(layer))
        .findFirst()
        .orElseThrow()
        .arguments();
  }

  @Test
  void trainingOfACallOfKeras3SaysNothing() {
    for (String training : List.of("null", "false", "true")) {
      String kwargs = "{\"training\": " + training + ", \"mask\": null, \"initial_state\": null}";
      String x = "[" + tensor("x") + "]";
      Network n =
          Architecture.fromJson(
              model(
                  input("x", "[null, 3, 4]")
                      + ","
                      + layer("LSTM", "a", ", \"units\": 2, \"return_sequences\": true", x, kwargs)
                      + ","
                      + layer("Dropout", "b", ", \"rate\": 0.5", "[" + tensor("a") + "]", kwargs)
                      + ","
                      + layer(
                          "BatchNormalization",
                          "c",
                          "",
                          "[" + tensor("b") + "]",
                          "{\"training\": " + training + "}")
                      + ","
                      + layer(
                          "TimeDistributed",
                          "d",
                          ", \"layer\": {\"class_name\": \"Dropout\", \"config\": {\"rate\": 0.5}}",
                          "[" + tensor("c") + "]",
                          kwargs),
                  "[[\"x\", 0, 0]]",
                  "[[\"d\", 0, 0]]"));
      n.nodes().forEach(node -> assertFalse(node.arguments().inference(), node.layer().name()));
    }
    String always =
        model(
            input("x", "[null, 4]")
                + ","
                + layer(
                    "Dropout",
                    "b",
                    ", \"rate\": 0.5",
                    "[" + tensor("x") + "]",
                    "{\"training\": \"yes\"}"),
            "[[\"x\", 0, 0]]",
            "[[\"b\", 0, 0]]");
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.fromJson(always)).getMessage();
    assertTrue(message.contains("always in training"), message);
  }

  /** Keras 2 writes it only where the user has said it, and keeps to it in training. */
  @Test
  void trainingFalseOfKeras2IsKept() {
    String json =
        """
        {"class_name": "Functional", "keras_version": "2.11.0", "config": {"name": "f", "layers": [
          {"class_name": "InputLayer", "name": "x",
           "config": {"name": "x", "batch_input_shape": [null, 4]}, "inbound_nodes": []},
          {"class_name": "BatchNormalization", "name": "n", "config": {"name": "n"},
           "inbound_nodes": [[["x", 0, 0, {"training": false}]]]}],
         "input_layers": [["x", 0, 0]], "output_layers": [["n", 0, 0]]}}""";
    Network n = Architecture.fromJson(json);
    assertTrue(call(n, "n").inference());
    Network again = Architecture.fromJson(Architecture.toJson(n));
    assertTrue(call(again, "n").inference());
    assertEquals(Architecture.toJson(n), Architecture.toJson(again));
    assertThrows(
        ArchitectureException.class,
        () -> Architecture.fromJson(json.replace("\"training\": false", "\"training\": true")));
  }

  private static String nested(String innerInputs, String args, String mask) {
    String inner =
        """
        {"module": "keras.src.models.functional", "class_name": "Functional", "name": "joined",
         "registered_name": "Functional", "config": {"name": "joined", "layers": [%s, %s,
          %s, %s], "input_layers": %s, "output_layers": ["c", 0, 0]},
         "inbound_nodes": [{"args": [%s], "kwargs": {"mask": %s}}]}"""
            .formatted(
                input("j", "[null, 4]"),
                layer("Dense", "d", ", \"units\": 2", "[" + tensor("j") + "]", "{}"),
                input("i", "[null, 4]"),
                layer("Concatenate", "c", "", "[[" + tensor("d") + "," + tensor("i") + "]]", "{}"),
                innerInputs,
                args,
                mask);
    return model(
        input("x", "[null, 4]") + "," + input("y", "[null, 4]") + "," + inner,
        "[[\"x\", 0, 0], [\"y\", 0, 0]]",
        "[\"joined\", 1, 0]");
  }

  /** {@code i} is given y, {@code j} x, in whatever order they stand. */
  @Test
  void modelsInsideTakeSeveralInputs() {
    String list = "[" + tensor("y") + "," + tensor("x") + "]";
    String byKey = "{\"i\": " + tensor("y") + ", \"j\": " + tensor("x") + "}";
    String named = "{\"j\": [\"j\", 0, 0], \"i\": [\"i\", 0, 0]}";
    String renamed = "{\"b\": [\"j\", 0, 0], \"a\": [\"i\", 0, 0]}";
    String listed = "[[\"i\", 0, 0], [\"j\", 0, 0]]";
    for (String json :
        List.of(
            nested(listed, list, "[null, null]"),
            nested(listed, byKey, "{\"i\": null, \"j\": null}"),
            nested(named, byKey, "null"),
            nested(
                renamed, byKey.replace("\"i\":", "\"a\":").replace("\"j\":", "\"b\":"), "null"))) {
      Network n = Architecture.fromJson(json);
      convlstm4j.layer.NestedModel inner = (convlstm4j.layer.NestedModel) n.layer("joined");
      List<String> given =
          call(n, "joined").data().stream().map(s -> s.node().layer().name()).toList();
      List<String> expected =
          inner.network().inputNames().stream().map(i -> i.equals("i") ? "y" : "x").toList();
      assertEquals(expected, given);
    }
    String message =
        assertThrows(
                ArchitectureException.class,
                () ->
                    Architecture.fromJson(nested(named, byKey.replace("\"i\":", "\"k\":"), "null")))
            .getMessage();
    assertTrue(message.contains("got inputs [k, j], the model has [j, i]"), message);
  }

  @Test
  void anInputMayBeUnused() {
    String json =
        model(
            input("a", "[null, 4]")
                + ","
                + input("b", "[null, 3]")
                + ","
                + layer("Dense", "d", ", \"units\": 2", "[" + tensor("b") + "]", "{}"),
            "[[\"a\", 0, 0], [\"b\", 0, 0]]",
            "[[\"d\", 0, 0]]");
    Network n = Architecture.fromJson(json);
    assertEquals(List.of("a", "b"), n.inputNames());
    Network again = Architecture.fromJson(Architecture.toJson(n));
    assertEquals(List.of("a", "b"), again.inputNames());
    Symbol a = n.inputs().get(0);
    assertThrows( // who builds a network by hand has forgotten something
        IllegalArgumentException.class,
        () -> Network.of(List.of(a, n.inputs().get(1)), n.outputs()));
  }

  @Test
  void outputsOfADictionaryHaveItsKeys() {
    String json =
        model(
            input("x", "[null, 4]")
                + ","
                + layer("Dense", "d", ", \"units\": 2", "[" + tensor("x") + "]", "{}")
                + ","
                + layer("Dense", "e", ", \"units\": 3", "[" + tensor("x") + "]", "{}"),
            "[[\"x\", 0, 0]]",
            "{\"zebra\": [\"e\", 0, 0], \"ape\": [\"d\", 0, 0], \"twice\": [\"d\", 0, 0]}");
    Network n = Architecture.fromJson(json);
    assertEquals(List.of("zebra", "ape", "twice"), n.outputNames());
    assertEquals("[None, 3]", n.outputs().get(0).shape().toString());
    assertEquals(
        List.of("zebra", "ape", "twice"),
        Architecture.fromJson(Architecture.toJson(n)).outputNames());
  }

  @Test
  void aMaskSaysNothingToLayersThatTakeNone() {
    String td =
        model(
            input("x", "[null, 3, 4]")
                + ","
                + input("m", "[null, 3]")
                + ","
                + layer(
                    "TimeDistributed",
                    "t",
                    ", \"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 2}}",
                    "[" + tensor("x") + "]",
                    "{\"mask\": " + tensor("m") + "}"),
            "[[\"x\", 0, 0], [\"m\", 0, 0]]",
            "[[\"t\", 0, 0]]");
    assertTrue(call(Architecture.fromJson(td), "t").mask().isPresent());
    String normalized =
        td.replace(
            "\"Dense\", \"config\": {\"units\": 2}", "\"BatchNormalization\", \"config\": {}");
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.fromJson(normalized))
            .getMessage();
    assertTrue(message.contains("statistics of each step, masked, are not supported"), message);
  }

  @Test
  void theFirstArgumentByName() {
    String json =
        model(
            input("x", "[null, 3, 4]")
                + ","
                + layer(
                    "LSTM", "a", ", \"units\": 2", "[]", "{\"sequences\": " + tensor("x") + "}"),
            "[[\"x\", 0, 0]]",
            "[[\"a\", 0, 0]]");
    assertEquals("[None, 2]", Architecture.fromJson(json).outputs().get(0).shape().toString());
  }

  @Test
  void operationsJoinTensorsOfEquallyManyAxes() {
    String add =
        layer("Add", "s", "", "[" + tensor("x") + "," + tensor("y") + "]", "{}")
            .replace("keras.layers", "keras.src.ops.numpy");
    String same =
        model(
            input("x", "[null, 4]") + "," + input("y", "[null, 4]") + "," + add,
            "[[\"x\", 0, 0], [\"y\", 0, 0]]",
            "[[\"s\", 0, 0]]");
    assertEquals("[None, 4]", Architecture.fromJson(same).outputs().get(0).shape().toString());
    String other = same.replaceFirst("\\[null, 4\\]", "[null, 4, 4]"); // a layer takes it otherwise
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.fromJson(other)).getMessage();
    assertTrue(message.contains("operation \"s\""), message);
  }

  @Test
  void whatNoKerasHasIsSaidOnce() {
    String json =
        model(
            input("x", "[null, 4]")
                + ","
                + layer(
                    "Dense", "d", ", \"units\": 2, \"wishful\": 3", "[" + tensor("x") + "]", "{}")
                + ","
                + layer(
                    "Dense", "e", ", \"units\": 2, \"wishful\": 3", "[" + tensor("d") + "]", "{}"),
            "[[\"x\", 0, 0]]",
            "[[\"e\", 0, 0]]");
    List<String> notes = new ArrayList<>();
    Architecture.fromJson(
        json, new ReadOptions(KerasVersion.KERAS3, CustomLayers.none(), Set.of(), notes::add));
    assertEquals(
        List.of(
            "Dense has the option wishful=3, which no Keras up to 3.15 has and which is passed"
                + " over"),
        notes);
    assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json)); // nobody is told
  }

  /** As files of networks in the wild have it, which compute the same in Keras without it. */
  @Test
  void aPenaltyOfNoKernelIsPassedOverAndSaid() {
    String json =
        model(
            input("x", "[null, 5, 5, 2]")
                + ","
                + layer(
                    "SeparableConv2D",
                    "s",
                    ", \"filters\": 2, \"kernel_size\": [3, 3], \"kernel_regularizer\": {\"class_name\":"
                        + " \"L2\", \"config\": {\"l2\": 0.25}}",
                    "[" + tensor("x") + "]",
                    "{}"),
            "[[\"x\", 0, 0]]",
            "[[\"s\", 0, 0]]");
    List<String> notes = new ArrayList<>();
    Network read =
        Architecture.fromJson(
            json, new ReadOptions(KerasVersion.KERAS2, CustomLayers.none(), Set.of(), notes::add));
    assertTrue(read.parameters().stream().allMatch(p -> p.regularizer().isNone()));
    assertEquals(
        List.of(
            "SeparableConv2D has the option kernel_regularizer={class_name=L2, config={l2=0.25}},"
                + " with which Keras does nothing and which is passed over"),
        notes);
  }
}
