package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import convlstm4j.option.Constraint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the releases of Keras call the same thing, and what has the same name and is another. */
class KerasSpellingsTest {
  /** All names of keras v2.6 initializers/__init__.py and keras v3.15 initializers/__init__.py. */
  private static final Map<String, List<String>> INITIALIZERS = new HashMap<>();

  static {
    for (String name :
        List.of(
            "GlorotUniform",
            "GlorotNormal",
            "HeUniform",
            "HeNormal",
            "LecunUniform",
            "LecunNormal",
            "RandomUniform",
            "RandomNormal",
            "TruncatedNormal",
            "Orthogonal",
            "Identity",
            "Zeros",
            "Ones")) {
      String snake = name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
      INITIALIZERS.put(name, new ArrayList<>(List.of(name, name + "V2", snake, snake + "V2")));
    }
    INITIALIZERS.get("Orthogonal").add("OrthogonalInitializer");
    INITIALIZERS.get("Identity").add("IdentityInitializer");
    INITIALIZERS.get("RandomUniform").add("uniform");
    INITIALIZERS.get("RandomNormal").add("normal");
    INITIALIZERS.get("Zeros").add("zero");
    INITIALIZERS.get("Ones").add("one");
  }

  @TestFactory
  List<DynamicTest> initialisers() {
    List<DynamicTest> tests = new ArrayList<>();
    INITIALIZERS.forEach(
        (kind, names) ->
            names.forEach(
                name ->
                    tests.add(
                        DynamicTest.dynamicTest(
                            name,
                            () -> {
                              assertEquals(kind, initializer(name));
                              assertEquals(
                                  kind, initializer(keras("keras.initializers", name, Map.of())));
                              assertEquals(
                                  kind,
                                  initializer(
                                      keras(
                                          "keras.src.initializers.random_initializers",
                                          name,
                                          Map.of("seed", 1))));
                            }))));
    return tests;
  }

  private static Object initializer(Object value) {
    Layer l = dense("kernel_initializer", value);
    return ((Map<?, ?>) l.config().get("kernel_initializer")).get("class_name");
  }

  @Test
  void orthogonalKeepsItsGain() {
    Layer l =
        dense(
            "kernel_initializer",
            keras("keras.initializers", "OrthogonalInitializer", Map.of("gain", 0.5)));
    assertEquals(
        Map.of("gain", 0.5),
        withoutNulls(((Map<?, ?>) l.config().get("kernel_initializer")).get("config")));
  }

  @Test
  void regularisers() {
    for (String name : List.of("L1L2", "l1_l2", "l1l2")) {
      Layer l = dense("kernel_regularizer", keras(null, name, Map.of("l1", 0.5, "l2", 0.25)));
      assertEquals(
          Map.of("class_name", "L1L2", "config", Map.of("l1", 0.5, "l2", 0.25)),
          l.config().get("kernel_regularizer"));
    }
    // The function has other defaults than the class: keras v2.6 regularizers.py, deserialize.
    assertEquals(
        Map.of("class_name", "L1L2", "config", Map.of("l1", 0.01, "l2", 0.01)),
        dense("kernel_regularizer", "l1_l2").config().get("kernel_regularizer"));
    refused("kernel_regularizer", keras(null, "OrthogonalRegularizer", Map.of()), "unknown");
  }

  @Test
  void functionsByOtherNames() {
    assertEquals("softmax", dense("activation", "softmax_v2").config().get("activation"));
    assertEquals("swish", dense("activation", "silu").config().get("activation"));
    assertEquals(
        "relu",
        dense("activation", keras("keras.activations", "function", "relu"))
            .config()
            .get("activation"));
    refused("activation", keras("builtins", "function", "Mine>relu"), "user's own");
  }

  @Test
  void constraintsInAllSpellings() {
    for (String key : List.of("kernel_constraint", "bias_constraint")) {
      for (String name : List.of("MaxNorm", "max_norm", "NonNeg", "UnitNorm", "MinMaxNorm")) {
        for (Object form : List.of(name, keras("keras.constraints", name, Map.of()))) {
          Map<?, ?> written = (Map<?, ?>) written(dense(key, form)).get(key);
          String kind = name.equals("max_norm") ? "MaxNorm" : name;
          assertEquals(kind, written.get("class_name"), key);
        }
      }
      refused(key, "RadialConstraint", "there are MaxNorm, UnitNorm, MinMaxNorm, NonNeg");
      refused(key, keras("mine", "MaxNorm", Map.of()), "user's own");
    }
    Map<String, Object> limits =
        Map.of("min_value", 0.25, "max_value", 3, "rate", 0.5, "axis", List.of(0, 1));
    Object minMax = keras("keras.constraints", "MinMaxNorm", limits);
    assertEquals(
        Map.of("kernel", Constraint.minMaxNorm(0.25, 3, 0.5, 0, 1)),
        dense("kernel_constraint", minMax).constraints());
    refused(
        "kernel_constraint",
        keras("keras.constraints", "MaxNorm", Map.of("max_value", -1)),
        "max_value=-1");
    refused(
        "kernel_constraint", keras("keras.constraints", "MinMaxNorm", Map.of("rate", 2)), "rate=2");
    refused("gamma_constraint", keras("keras.constraints", "NonNeg", Map.of()), "no such weight");
  }

  private static Map<?, ?> written(Layer layer) {
    return (Map<?, ?>) Layers.toKeras(layer).get("config");
  }

  /** Each was taken for Keras's, without a word. */
  @TestFactory
  List<DynamicTest> classesOfTheUsersOwn() {
    Map<String, Object> config = Map.of("name", "d", "units", 2);
    List<Map<String, Object>> forms =
        List.of(
            form(null, "Dense", config, "Mine>Dense"),
            form("__main__", "Dense", config, "Dense"),
            form("my.layers", "Dense", config, null),
            form("keras_cv.layers", "Dense", config, "keras_cv>Dense"),
            form("builtins", "Dense", config, "Custom>Dense"),
            Map.of("class_name", "Mine>Dense", "config", config));
    List<DynamicTest> tests = new ArrayList<>();
    for (Map<String, Object> form : forms) {
      tests.add(
          DynamicTest.dynamicTest(
              form.toString(),
              () -> {
                String message = refusal(form);
                assertTrue(message.contains("layer \"d\" is of a class"), message);
                assertTrue(message.contains("of the user's own"), message);
                CustomLayers own = CustomLayers.none().with("Dense", c -> new Flatten());
                assertEquals(
                    "Flatten", Layers.fromKeras(form, KerasVersion.KERAS3, own).kerasClass());
              }));
    }
    return tests;
  }

  /** Registered with its package, the user's Dense leaves Keras's what it is. */
  @Test
  void bothDenseInOneFile() {
    CustomLayers own = CustomLayers.none().with("Mine>Dense", c -> new Flatten());
    Map<String, Object> config = Map.of("units", 2);
    assertEquals(
        "Flatten",
        Layers.fromKeras(form(null, "Dense", config, "Mine>Dense"), KerasVersion.KERAS3, own)
            .kerasClass());
    assertEquals(
        "Flatten",
        Layers.fromKeras(
                Map.of("class_name", "Mine>Dense", "config", config), KerasVersion.KERAS2, own)
            .kerasClass());
    assertEquals(
        "Dense",
        Layers.fromKeras(form("keras.layers", "Dense", config, null), KerasVersion.KERAS3, own)
            .kerasClass());
  }

  @Test
  void objectsOfTheUsersOwn() {
    for (String key : List.of("kernel_initializer", "kernel_regularizer", "activation")) {
      String kind =
          Map.of("kernel_initializer", "Zeros", "kernel_regularizer", "L2", "activation", "ReLU")
              .get(key);
      refused(key, form("mine", kind, Map.of(), "Mine>" + kind), "of the user's own");
    }
  }

  @Test
  void operationsAreNoLayers() {
    Map<String, Object> reshape =
        form("keras.src.ops.numpy", "Reshape", Map.of("name", "r", "newshape", List.of(2)), null);
    assertTrue(refusal(reshape).contains("operation Reshape"), refusal(reshape));
    Map<String, Object> layer =
        form(
            "keras.src.layers.reshaping.reshape",
            "Reshape",
            Map.of("target_shape", List.of(2)),
            null);
    assertEquals("Reshape", read(layer).kerasClass());
    Map<String, Object> add = form("keras.src.ops.numpy", "Add", Map.of("name", "a"), "Add");
    assertTrue(Layers.isOperation(add));
    assertEquals("Add", read(add).kerasClass());
  }

  @Test
  void layersOfEveryGenerationsModules() {
    for (String module :
        List.of(
            "keras.layers",
            "keras.src.layers.core.dense",
            "keras.layers.core.dense",
            "tf_keras.src.layers.core.dense",
            "tensorflow.python.keras.layers.core",
            "keras_core.layers")) {
      assertEquals(
          "Dense", read(form(module, "Dense", Map.of("units", 2), null)).kerasClass(), module);
    }
  }

  @Test
  void quantisedLayersAreRefused() {
    Map<String, Object> policy =
        keras("keras", "QuantizedDTypePolicy", Map.of("mode", "int8", "source_name", "float32"));
    refused("dtype", policy, "quantized layers are not supported");
    dense("dtype", keras("keras", "DTypePolicy", Map.of("name", "mixed_float16")));
    dense("dtype", "mixed_bfloat16");
  }

  private static Object withoutNulls(Object map) {
    Map<Object, Object> copy = new HashMap<>((Map<?, ?>) map);
    copy.values().removeIf(v -> v == null);
    return copy;
  }

  static Layer dense(String key, Object value) {
    Map<String, Object> config = new HashMap<>();
    config.put("units", 2);
    config.put(key, value);
    return Layers.fromConfig("Dense", config, KerasVersion.KERAS3);
  }

  private static void refused(String key, Object value, String piece) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> dense(key, value)).getMessage();
    assertTrue(message.startsWith("Dense: " + key + "=") && message.contains(piece), message);
  }

  private static String refusal(Map<String, Object> form) {
    return assertThrows(IllegalArgumentException.class, () -> read(form)).getMessage();
  }

  private static Layer read(Map<String, Object> form) {
    return Layers.fromKeras(form, KerasVersion.KERAS3, CustomLayers.none());
  }

  private static Map<String, Object> keras(String module, String className, Object config) {
    return form(module, className, config, null);
  }

  private static Map<String, Object> form(
      String module, String className, Object config, String registered) {
    Map<String, Object> form = new HashMap<>();
    form.put("module", module);
    form.put("class_name", className);
    form.put("config", config);
    form.put("registered_name", registered);
    return form;
  }
}
