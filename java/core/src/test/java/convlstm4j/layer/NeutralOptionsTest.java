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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Options that this library has not, and options of activations given as objects. */
class NeutralOptionsTest {
  /** An option, Keras's default, and a value that changes something. */
  private record Option(String key, Object neutral, Object telling) {}

  private static final List<Option> OPTIONS =
      List.of(
          new Option("renorm", false, true),
          new Option("ragged", false, true),
          new Option("sparse", false, true),
          new Option("optional", false, true),
          new Option("use_gate", false, true),
          new Option("time_major", false, true),
          new Option("groups", 1, 2),
          new Option("groups", 1.0, 2),
          new Option("mode", 0, 1),
          new Option("num_constants", 0, 1),
          new Option("threshold", 0.0, 0.5),
          new Option("max_value", null, 6),
          new Option("axis", -1, 1),
          new Option("keepdims", false, true),
          new Option("virtual_batch_size", null, 4),
          new Option("sliding_window", null, 3),
          new Option("quantization_config", null, Map.of("a", 1)),
          new Option("lora_rank", null, 4),
          new Option("input_axes", null, List.of(0)),
          new Option("output_axes", null, List.of(0)),
          new Option("activity_regularizer", null, Map.of("class_name", "L1", "config", Map.of())),
          new Option("gamma_constraint", null, Map.of("class_name", "NonNeg")));

  /** Every layer: each said no to a default that its own class does not have. */
  @TestFactory
  List<DynamicTest> onlyWhatChangesTheResultIsRefused() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Option o : OPTIONS) {
      for (KerasLayer<?> l : LayerZoo.layers()) {
        Map<String, Object> config = l.config();
        boolean constrained =
            l.constrainable().stream().anyMatch(w -> o.key().equals(w + "_constraint"));
        if (config.containsKey(o.key()) || constrained || l.children().size() > 1) {
          continue; // it has the option
        }
        tests.add(
            DynamicTest.dynamicTest(
                l.kerasClass() + " " + o.key(),
                () -> {
                  config.put(o.key(), o.neutral());
                  Map<String, Object> read = read(l.kerasClass(), config).config();
                  assertEquals(l.config().keySet(), read.keySet());
                  config.put(o.key(), o.telling());
                  String message =
                      assertThrows(
                              IllegalArgumentException.class, () -> read(l.kerasClass(), config))
                          .getMessage();
                  assertTrue(message.contains(o.key() + "="), message);
                }));
      }
    }
    return tests;
  }

  private static Layer read(String kind, Map<String, Object> config) {
    return Layers.fromConfig(kind, config, KerasVersion.KERAS3);
  }

  @Test
  void batchNormalizationOfKeras314() {
    Map<String, Object> config = new HashMap<>();
    config.put("renorm", false);
    config.put("renorm_clipping", null);
    config.put("renorm_momentum", 0.99);
    read("BatchNormalization", config);
    config.put("renorm_momentum", 0.5); // says something only with renorm
    read("BatchNormalization", config);
    config.put("renorm", true);
    assertEquals(
        "BatchNormalization: renorm=true, only false is supported",
        assertThrows(IllegalArgumentException.class, () -> read("BatchNormalization", config))
            .getMessage());
  }

  @Test
  void whatNoKerasHasIsSaid() {
    List<String> notes = new ArrayList<>();
    Map<String, Object> form =
        Map.of("class_name", "Dense", "config", Map.of("units", 2, "wishful", "x".repeat(1000)));
    Layers.fromKeras(form, KerasVersion.KERAS3, CustomLayers.none(), notes::add);
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).startsWith("Dense has the option wishful=xxx"), notes.get(0));
    assertTrue(notes.get(0).length() < 200, notes.get(0));
  }

  /** Activations as objects lost their options in all of these. */
  @TestFactory
  List<DynamicTest> activationsAsObjects() {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Map<String, Object>> layers =
        Map.of(
            "Dense", Map.of("units", 2),
            "Conv2D", Map.of("filters", 2, "kernel_size", 1),
            "Conv3D", Map.of("filters", 2, "kernel_size", 1),
            "LSTM", Map.of("units", 2),
            "ConvLSTM2D", Map.of("filters", 2, "kernel_size", 1),
            "Activation", Map.of());
    layers.forEach(
        (kind, config) -> {
          tests.add(kept(kind, config, "ReLU", Map.of("negative_slope", 0.25), 0.25));
          tests.add(kept(kind, config, "LeakyReLU", Map.of("negative_slope", 0.25), 0.25));
          tests.add(kept(kind, config, "LeakyReLU", Map.of("alpha", 0.25), 0.25));
          tests.add(kept(kind, config, "LeakyReLU", Map.of(), 0.3));
          tests.add(kept(kind, config, "ReLU", Map.of("threshold", 0.0), "relu"));
          tests.add(kept(kind, config, "Softmax", Map.of("axis", -1), "softmax"));
          tests.add(kept(kind, config, "Activation", Map.of("activation", "tanh"), "tanh"));
          for (Map.Entry<String, Map<String, Object>> o :
              List.of(
                  Map.entry("ReLU", Map.<String, Object>of("max_value", 1.0)),
                  Map.entry("ReLU", Map.<String, Object>of("threshold", 0.5)),
                  Map.entry("Softmax", Map.<String, Object>of("axis", 1)))) {
            tests.add(whole(kind, config, o.getKey(), o.getValue()));
          }
          tests.add(lost(kind, config, "PReLU", Map.of(), "PReLU"));
        });
    return tests;
  }

  private static DynamicTest kept(
      String kind, Map<String, Object> config, String object, Map<String, ?> options, Object want) {
    return DynamicTest.dynamicTest(
        kind + " " + object + options,
        () -> {
          Object read = read(kind, with(config, object, options)).config().get("activation");
          if (want instanceof Double slope) {
            assertEquals(Map.of("negative_slope", slope), ((Map<?, ?>) read).get("config"));
          } else {
            assertEquals(want, read);
          }
        });
  }

  private static DynamicTest whole(
      String kind, Map<String, Object> config, String object, Map<String, Object> options) {
    return DynamicTest.dynamicTest(
        kind + " " + object + options,
        () -> {
          Map<?, ?> form =
              (Map<?, ?>) read(kind, with(config, object, options)).config().get("activation");
          assertEquals(object, form.get("class_name"));
          options.forEach((k, v) -> assertEquals(v, ((Map<?, ?>) form.get("config")).get(k)));
        });
  }

  private static DynamicTest lost(
      String kind, Map<String, Object> config, String object, Map<String, ?> options, String name) {
    return DynamicTest.dynamicTest(
        kind + " " + object + options,
        () -> {
          String message =
              assertThrows(
                      IllegalArgumentException.class,
                      () -> read(kind, with(config, object, options)))
                  .getMessage();
          assertTrue(message.contains(name), message);
        });
  }

  private static Map<String, Object> with(
      Map<String, Object> config, String object, Map<String, ?> options) {
    Map<String, Object> inner = new HashMap<>(options);
    inner.put("name", "f");
    inner.put("trainable", true);
    inner.put("dtype", "float32");
    Map<String, Object> all = new HashMap<>(config);
    all.put("activation", Map.of("class_name", object, "config", inner, "module", "keras.layers"));
    return all;
  }
}
