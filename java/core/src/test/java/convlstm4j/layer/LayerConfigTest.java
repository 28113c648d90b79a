package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LayerConfigTest {
  @TestFactory
  List<DynamicTest> everyLayerComesBackFromItsConfig() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Layer l : LayerZoo.layers()) {
      tests.add(
          DynamicTest.dynamicTest(
              l.label(),
              () -> {
                l.named("given");
                Map<String, Object> form = Layers.toKeras(l);
                Layer back = Layers.fromKeras(form, KerasVersion.KERAS3, CustomLayers.none());
                assertEquals(form, Layers.toKeras(back));
              }));
    }
    return tests;
  }

  /** Keras 2's spellings and defaults. */
  @Test
  void layersOfOneFunction() {
    checkFunction("ReLU", Map.of(), new ReLU());
    checkFunction(
        "ReLU",
        Map.of("negative_slope", 0.125, "threshold", 0.5, "max_value", 6),
        new ReLU(Optional.of(6.0), 0.125, 0.5));
    checkFunction("LeakyReLU", Map.of("alpha", 0.125), new LeakyReLU(0.125));
    checkFunction("LeakyReLU", Map.of(), new LeakyReLU());
    checkFunction("ELU", Map.of("alpha", 0.5), new ELU(0.5));
    checkFunction("Softmax", Map.of("axis", -1), new Softmax());
    checkFunction("Softmax", Map.of("axis", List.of(1, 2)), new Softmax(1, 2));
    checkFunction("PReLU", Map.of("shared_axes", List.of(1, 2)), new PReLU().sharedAxes(1, 2));
    assertWrong("Softmax", Map.of("axis", 0), "Softmax: axis=0, expected one or more axes other");
    assertWrong("ReLU", Map.of("threshold", -1), "ReLU: threshold=-1.0, must be finite and >= 0");
    assertWrong(
        "PReLU", Map.of("shared_axes", List.of(0)), "shared_axes=[0], expected axes from 1");
  }

  private static void assertWrong(String kind, Map<String, Object> config, String message) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Layers.fromConfig(kind, config, KerasVersion.KERAS2));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void checkFunction(String kind, Map<String, Object> config, Layer expected) {
    Layer layer = Layers.fromConfig(kind, config, KerasVersion.KERAS2);
    assertEquals(Layers.toKeras(expected), Layers.toKeras(layer));
  }

  @Test
  void theZooHasEveryKindAndNoDefaultOption() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Layers.fromConfig("Lambda2D", Map.of(), KerasVersion.KERAS3))
            .getMessage();
    assertEquals(
        "a layer is of the kind Lambda2D, which there is not here; register a layer of your own for it"
            + " (CustomLayers; --classpath JAR), or leave the layer out by name (skipLayer;"
            + " --skip-layer NAME)",
        message);
    Layer plain = new ConvLSTM2D(3, 2, 3);
    Layer zoo =
        LayerZoo.layers().stream().filter(l -> l instanceof ConvLSTM2D).findFirst().orElseThrow();
    plain
        .config()
        .forEach(
            (key, value) -> {
              boolean given = List.of("filters", "kernel_size", "dilation_rate").contains(key);
              assertTrue(given || !value(value).equals(value(zoo.config().get(key))), key);
            });
  }

  private static Object value(Object o) {
    return o == null ? "null" : o;
  }

  @Test
  void keras2SaysOtherThingsWithTheSameWords() {
    Map<String, Object> config = Map.of("filters", 2, "kernel_size", 3);
    assertEquals("hard_sigmoid_keras2", gate(config, KerasVersion.KERAS2));
    assertEquals("sigmoid", gate(config, KerasVersion.KERAS3));
    Map<String, Object> named =
        Map.of("filters", 2, "kernel_size", 3, "recurrent_activation", "hard_sigmoid");
    assertEquals("hard_sigmoid_keras2", gate(named, KerasVersion.KERAS2));
    assertEquals("hard_sigmoid_keras3", gate(named, KerasVersion.KERAS3));
    Map<String, Object> steps =
        Map.of("layer", Map.of("class_name", "BatchNormalization", "config", Map.of()));
    assertEquals(
        true,
        Layers.fromConfig("TimeDistributed", steps, KerasVersion.KERAS2)
            .config()
            .get("pool_steps"));
  }

  private static Object gate(Map<String, Object> config, KerasVersion version) {
    return Layers.fromConfig("ConvLSTM2D", config, version).config().get("recurrent_activation");
  }

  @Test
  void formsOfBothGenerations() {
    Map<String, Object> config = new HashMap<>();
    config.put("units", 2.0);
    config.put("name", "d");
    config.put("dtype", Map.of("class_name", "DTypePolicy", "config", Map.of("name", "float32")));
    config.put("kernel_constraint", null);
    config.put("kernel_regularizer", Map.of("class_name", "L2", "config", Map.of("l2", 0.5)));
    config.put(
        "kernel_initializer",
        Map.of(
            "module",
            "keras.initializers",
            "class_name",
            "VarianceScaling",
            "config",
            Map.of("scale", 1, "mode", "fan_avg", "distribution", "uniform"),
            "registered_name",
            "x"));
    config.put("bias_initializer", "ones");
    config.put(
        "activation", Map.of("class_name", "function", "config", "silu", "module", "builtins"));
    Map<String, Object> read = Layers.fromConfig("Dense", config, KerasVersion.KERAS3).config();
    assertEquals("swish", read.get("activation"));
    assertEquals("GlorotUniform", ((Map<?, ?>) read.get("kernel_initializer")).get("class_name"));
    assertEquals("Ones", ((Map<?, ?>) read.get("bias_initializer")).get("class_name"));
    assertEquals(
        Map.of("class_name", "L1L2", "config", Map.of("l1", 0.0, "l2", 0.5)),
        read.get("kernel_regularizer"));
  }

  @TestFactory
  List<DynamicTest> refused() {
    return List.of(
        refused(
            "ConvLSTM2D",
            Map.of("filters", 2, "kernel_size", 3, "kernel_constraint", "own"),
            "ConvLSTM2D \"e\": kernel_constraint=own, unknown constraint; there are MaxNorm, UnitNorm,"
                + " MinMaxNorm, NonNeg"),
        refused(
            "Dense",
            Map.of("units", 2, "rank", 3),
            "Dense has the option rank=3, which no Keras up to 3.15 has and which is passed over"),
        refused("Dense", Map.of(), "Dense \"e\": units is missing"),
        refused("Dense", Map.of("units", 2.5), "Dense \"e\": units=2.5, expected a whole number"),
        refused(
            "LSTM",
            Map.of("units", 2, "time_major", true),
            "LSTM \"e\": time_major=true, only false is supported"),
        refused(
            "Conv2D",
            Map.of("filters", 2, "kernel_size", List.of(1, 2, 3)),
            "Conv2D \"e\": kernel_size=[1, 2, 3], expected 2 values"),
        refused(
            "MaxPooling3D",
            Map.of("padding", "full"),
            "MaxPooling3D \"e\": padding=full, expected one of [valid, same]"),
        refused(
            "Bidirectional",
            Map.of("layer", Map.of("class_name", "Dense", "config", Map.of("units", 2))),
            "Bidirectional \"e\": layer={class_name=Dense, config={units=2}}, expected a recurrent"
                + " layer, such as ConvLSTM2D or LSTM, or an RNN"));
  }

  private static DynamicTest refused(String kind, Map<String, Object> config, String message) {
    Map<String, Object> named = new HashMap<>(config);
    named.put("name", "e");
    return DynamicTest.dynamicTest(
        message,
        () -> {
          String actual =
              assertThrows(
                      IllegalArgumentException.class,
                      () -> Layers.fromConfig(kind, named, KerasVersion.KERAS3))
                  .getMessage();
          // maps print in no fixed order
          assertEquals(message.replaceAll("\\{.*\\}", "{}"), actual.replaceAll("\\{.*\\}", "{}"));
        });
  }
}
