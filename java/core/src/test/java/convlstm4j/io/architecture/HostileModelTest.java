package convlstm4j.io.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.CallOrder.Made;
import convlstm4j.io.architecture.CallOrder.Pending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** Small files with large consequences. */
class HostileModelTest {
  /** Ends a test that would hang; no test is decided by how long it takes. */
  private static final Duration HANG = Duration.ofMinutes(2);

  private static final String INPUT =
      """
      {"class_name": "InputLayer", "name": "in",
       "config": {"name": "in", "batch_shape": [null, 4]}, "inbound_nodes": []}""";

  private static String dense(String name, String input) {
    return """
        {"class_name": "Dense", "name": "%s", "config": {"name": "%s", "units": 4},
         "inbound_nodes": [[["%s", 0, 0, {}]]]}"""
        .formatted(name, name, input);
  }

  private static String config(String name, String layers, String end, int call) {
    return """
        {"name": "%s", "layers": [%s, %s], "input_layers": [["in", 0, 0]],
         "output_layers": [["%s", %d, 0]]}"""
        .formatted(name, INPUT, layers, end, call);
  }

  private static String model(String config) {
    return "{\"class_name\": \"Functional\", \"config\": " + config + "}";
  }

  /** Models inside each other, each calling the one inside several times, one after the other. */
  private static String nested(int depth, int calls) {
    String config = config("m0", dense("d", "in"), "d", 0);
    for (int i = 1; i <= depth; i++) {
      String name = "m" + (i - 1);
      StringJoiner nodes = new StringJoiner(", ");
      for (int j = 0; j < calls; j++) {
        nodes.add("[[[\"%s\", %d, 0, {}]]]".formatted(j == 0 ? "in" : name, Math.max(0, j - 1)));
      }
      String layer =
          "{\"class_name\": \"Functional\", \"name\": \"%s\", \"config\": %s, \"inbound_nodes\": [%s]}"
              .formatted(name, config, nodes.toString().replace("[[[", "[[").replace("]]]", "]]"));
      config = config("m" + i, layer, name, calls); // in ends, calls count from 1
    }
    return model(config);
  }

  @Test
  void callsOfModelsInsideAreCountedBeforeTheyAreMade() {
    Network small = Architecture.fromJson(nested(3, 4));
    // Each of 4 calls is one of its own and those inside: 1; 4 x (1+1) = 8; 4 x 9; 4 x 37.
    assertEquals(148, small.callCount());
    String message =
        assertTimeoutPreemptively(
            HANG,
            () ->
                assertThrows(
                        ArchitectureException.class, () -> Architecture.fromJson(nested(10, 10)))
                    .getMessage());
    assertTrue(message.contains("over 100000 calls of layers in the model"), message);
    assertTrue(message.endsWith("raise the limit with -Dconvlstm4j.model.calls=N"), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void aSurveyTellsOfTooManyCallsOnce() {
    Survey survey =
        assertTimeoutPreemptively(
            HANG, () -> Survey.of(Json.read(nested(10, 10)), ReadOptions.of(KerasVersion.KERAS3)));
    assertEquals(1, survey.faults().size(), survey.faults()::toString);
    assertTrue(survey.faults().get(0).reason().contains("-Dconvlstm4j.model.calls=N"));
  }

  @Test
  void eachReferenceIsLookedAtOnceWhateverTheOrderOfLayers() {
    int layers = 20_000;
    List<Pending> reversed = new ArrayList<>();
    for (int i = layers - 1; i >= 0; i--) {
      reversed.add(new Pending("d" + i, Item.root(i == 0 ? "in" : "d" + (i - 1))));
    }
    int[] looked = {0};
    List<String> order = new ArrayList<>();
    new CallOrder(
            reversed,
            Map.of("in", 1),
            p -> {
              looked[0]++;
              return List.of(new Made(p.call().string(), 0));
            })
        .each(p -> order.add(p.layer()));
    assertEquals(layers, looked[0]);
    assertEquals(layers, order.size());
    assertEquals("d0", order.get(0));
    assertEquals("d" + (layers - 1), order.get(layers - 1));
  }

  @Test
  void layersListedLastFirst() {
    List<String> layers = new ArrayList<>();
    for (int i = 3999; i >= 0; i--) {
      layers.add(dense("d" + i, i == 0 ? "in" : "d" + (i - 1)));
    }
    String json = model(config("m", String.join(", ", layers), "d3999", 0));
    Network network = assertTimeoutPreemptively(HANG, () -> Architecture.fromJson(json));
    assertEquals(4000, network.callCount());
    assertEquals("d3999", network.layers().get(4000).name());
  }

  @Test
  void callsThatWaitForEachOtherAreRefused() {
    String json = model(config("m", dense("a", "b") + ", " + dense("b", "a"), "a", 0));
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json)).getMessage();
    assertTrue(
        message.contains(
            "config.layers[1].inbound_nodes[0]: an input is not the output of any call, or depends"
                + " on this one"),
        message);
  }

  @Test
  void sizesThatNoMemoryHolds() {
    for (String layer :
        List.of(
            "\"filters\": 2147483647, \"kernel_size\": [3, 3]",
            "\"filters\": 2, \"kernel_size\": [1048576, 1048576]")) {
      String json =
          model(
              config(
                      "m",
                      """
                      {"class_name": "ConvLSTM2D", "name": "a", "config": {"name": "a", %s,
                       "padding": "same"}, "inbound_nodes": [[["in", 0, 0, {}]]]}"""
                          .formatted(layer),
                      "a",
                      0)
                  .replace("[null, 4]", "[null, 2, 8, 8, 1]"));
      String message =
          assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json)).getMessage();
      assertTrue(message.contains("ConvLSTM2D \"a\": "), message);
      assertTrue(message.contains("kernel of shape ["), message);
      assertTrue(message.contains(" has more than 1099511627776 numbers"), message);
    }
  }

  /** oneDNN answered a dilation of 2^31-1 with SIGFPE, which ends the process. */
  @Test
  void windowsThatNoLibraryCountsWith() {
    for (String layer :
        List.of(
            "ConvLSTM2D {'filters': 2, 'kernel_size': [2147483647, 2147483647], 'padding': 'same'}",
            "ConvLSTM2D {'filters': 2, 'kernel_size': [3, 3], 'dilation_rate': [2147483647, 1]}",
            "ConvLSTM2D {'filters': 2, 'kernel_size': [3, 3], 'strides': [1, 2147483647]}",
            "Conv3D {'filters': 2, 'kernel_size': 3, 'dilation_rate': 2147483647, 'padding': 'same'}",
            "MaxPooling3D {'pool_size': 2147483647, 'padding': 'same'}",
            "AveragePooling3D {'pool_size': 2, 'strides': 2147483647, 'padding': 'same'}",
            "MaxPooling3D {'pool_size': [1, 1048577, 1], 'strides': 1, 'padding': 'same'}")) {
      String kind = layer.substring(0, layer.indexOf(' '));
      String json =
          """
          {"class_name": "Sequential", "config": {"name": "s", "layers": [
           {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [null, 2, 8, 8, 1]}},
           {"class_name": "%s", "config": %s}]}}"""
              .formatted(kind, layer.substring(kind.length()).replace('\'', '"'));
      String message =
          assertThrows(ArchitectureException.class, () -> Architecture.fromJson(json)).getMessage();
      assertTrue(message.contains("reaches over "), message);
      assertTrue(message.contains(" pixels, expected at most 1048576"), message);
      assertTrue(message.lines().count() == 1, message);
    }
  }
}
