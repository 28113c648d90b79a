package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is written of a model has the structure that Keras 3.8 gave the same model: the same arrays
 * at the same paths in the weights, the optimiser's included, the same classes of layers with no
 * option that Keras does not write. The files in {@code keras-run} were made by Keras itself.
 * {@code src/test/python/keras_reads.py} lets releases of Keras read what is written.
 */
class WrittenLikeKerasTest {
  @TempDir private Path dir;

  private static KerasOptions reference() {
    return KerasOptions.defaults().notes(note -> {}).model(m -> m.backend("reference"));
  }

  @TestFactory
  List<DynamicTest> sameStructure() throws IOException, URISyntaxException {
    Path folder = Path.of(WrittenLikeKerasTest.class.getResource("keras-run").toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .sorted()
          .forEach(f -> tests.add(DynamicTest.dynamicTest("" + f.getFileName(), () -> compare(f))));
    }
    assertTrue(tests.size() >= 20);
    return tests;
  }

  private void compare(Path keras) throws IOException {
    Path ours = dir.resolve(keras.getFileName());
    try (Model model = KerasModels.load(keras, reference())) {
      KerasModels.save(model, ours, reference());
    }
    Map<String, Data> expected = arrays(keras);
    Map<String, Data> actual = arrays(ours);
    assertEquals(shapes(expected), shapes(actual));
    expected.forEach((path, data) -> sameNumbers(path, data, actual.get(path)));
    Map<?, ?> theirs = config(keras);
    Map<?, ?> written = config(ours);
    assertEquals(layers(theirs).keySet(), layers(written).keySet());
    layers(theirs).forEach((name, l) -> sameForm(name, l, layers(written).get(name)));
    if (theirs.get("compile_config") instanceof Map<?, ?> options) {
      Map<?, ?> own = (Map<?, ?>) written.get("compile_config");
      assertEquals(options.keySet(), own.keySet());
      sameOptions(
          "optimizer", (Map<?, ?>) options.get("optimizer"), (Map<?, ?>) own.get("optimizer"));
    }
  }

  private static Map<String, String> shapes(Map<String, Data> arrays) {
    Map<String, String> shapes = new TreeMap<>();
    arrays.forEach((path, data) -> shapes.put(path, data.shape().toString()));
    return shapes;
  }

  private static void sameNumbers(String path, Data expected, Data actual) {
    if (path.equals("/optimizer/vars/0")) {
      assertEquals(expected.integer(), actual.integer(), path);
    } else {
      assertArrayEquals(
          expected.read(DType.FLOAT64).doubles(), actual.read(DType.FLOAT64).doubles(), path);
    }
  }

  /** Class and module are those of Keras, which has every option that is written. */
  private static void sameForm(String name, Map<?, ?> keras, Map<?, ?> ours) {
    assertEquals(keras.get("module"), ours.get("module"), name);
    assertEquals(keras.get("registered_name"), ours.get("registered_name"), name);
    sameOptions(name, keras, ours);
  }

  /** Of an optimiser, whose module is that of Keras's backend. */
  private static void sameOptions(String name, Map<?, ?> keras, Map<?, ?> ours) {
    assertEquals(keras.get("class_name"), ours.get("class_name"), name);
    Map<?, ?> options = (Map<?, ?>) keras.get("config");
    Map<?, ?> own = (Map<?, ?>) ours.get("config");
    for (Object key : own.keySet()) {
      assertTrue(
          options.containsKey(key)
              || own.get(key) == null, // every layer takes activity_regularizer
          () -> name + " is written with " + key);
      boolean ofTypes = key.equals("dtype"); // floats throughout here, in whichever form
      if (!ofTypes && (options.get(key) instanceof String || options.get(key) instanceof Boolean)) {
        assertEquals(options.get(key), own.get(key), () -> name + ": " + key);
      }
      if (options.get(key) instanceof Map<?, ?> inside && inside.containsKey("class_name")) {
        Map<?, ?> also = (Map<?, ?>) own.get(key);
        assertEquals(
            current(inside.get("class_name")), current(also.get("class_name")), name + ": " + key);
        assertEquals(inside.keySet().contains("module"), also.containsKey("module"));
      }
    }
  }

  /** Names that all releases take, for those that 3.8 writes. */
  private static Object current(Object className) {
    return Objects.equals(className, "OrthogonalInitializer")
        ? "Orthogonal"
        : Objects.equals(className, "Model") ? "Functional" : className;
  }

  /** Layers by name, those inside others left out; models are compared by their weights. */
  private static Map<String, Map<?, ?>> layers(Map<?, ?> model) {
    Map<String, Map<?, ?>> layers = new LinkedHashMap<>();
    for (Object o : (List<?>) ((Map<?, ?>) model.get("config")).get("layers")) {
      Map<?, ?> layer = (Map<?, ?>) o;
      if (!List.of("Functional", "Model", "Sequential").contains(layer.get("class_name"))) {
        layers.put(String.valueOf(((Map<?, ?>) layer.get("config")).get("name")), layer);
      }
    }
    return layers;
  }

  private static Map<?, ?> config(Path file) throws IOException {
    return (Map<?, ?>)
        JSON.std.anyFrom(new String(entry(file, "config.json"), StandardCharsets.UTF_8));
  }

  private static byte[] entry(Path file, String name) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }
  }

  /** All arrays of the weights by their paths, but for states of random numbers. */
  private static Map<String, Data> arrays(Path file) throws IOException {
    Map<String, Data> arrays = new TreeMap<>();
    gather(
        Hdf5Reader.read(file.toString(), ByteBuffer.wrap(entry(file, "model.weights.h5"))),
        "",
        arrays);
    return arrays;
  }

  private static void gather(Group g, String path, Map<String, Data> arrays) {
    g.arrays().forEach((name, data) -> arrays.put(path + "/" + name, data));
    g.groups()
        .forEach(
            (name, inside) -> {
              if (!name.equals("seed_generator")) {
                gather(inside, path + "/" + name, arrays);
              }
            });
  }

  private static Model compiled(Adam optimizer) {
    return Sequential.of(Input.shape(3), new Dense(2))
        .backend("reference")
        .compile(Compile.with(optimizer).loss(Loss.meanSquaredError()));
  }

  /** Keras has a variable for a learning rate that is a number, none for a schedule. */
  @Test
  void aScheduleIsNoVariable() throws IOException {
    Path path = dir.resolve("a.keras");
    for (boolean schedule : new boolean[] {false, true}) {
      Adam adam =
          schedule ? new Adam(new Schedule.ExponentialDecay(0.1, 3, 0.5, false)) : new Adam(0.1);
      try (Model model = compiled(adam)) {
        KerasModels.save(model, path, reference());
      }
      List<String> shapes =
          arrays(path).entrySet().stream()
              .filter(e -> e.getKey().startsWith("/optimizer/vars/"))
              .map(e -> e.getValue().shape().toString())
              .toList();
      List<String> moments = List.of("[3,2]", "[3,2]", "[2]", "[2]");
      List<String> expected = new ArrayList<>(schedule ? List.of("[]") : List.of("[]", "[]"));
      expected.addAll(moments);
      assertEquals(expected, shapes.stream().map(s -> s.replace(" ", "")).toList());
    }
  }

  /** No Keras 3 takes the state from there: it would then refuse to train the model. */
  @Test
  void anH5OfKeras3HasNoOptimizerWeights() {
    for (WrittenForm form : List.of(WrittenForm.H5, WrittenForm.H5_OF_KERAS_2)) {
      Path path = form.file(dir, "b");
      try (Model model = compiled(new Adam(0.1))) {
        KerasModels.save(model, path, form.in(reference()));
      }
      KerasFile file = KerasFile.open(path);
      assertEquals(
          form == WrittenForm.H5_OF_KERAS_2, file.root().group("optimizer_weights").isPresent());
      assertEquals(
          form == WrittenForm.H5, file.root().group("convlstm4j_optimizer_weights").isPresent());
    }
  }

  /** As Keras 3.15 writes it; it takes the list of Keras 3.8 for shapes there. */
  @Test
  void aModelInATimeDistributedHasPlainEnds() throws IOException {
    Path path = dir.resolve("d.keras");
    Symbol frame = Input.named("frame", 3);
    Symbol code = new Dense(2).named("code").apply(frame);
    NestedModel inner = new NestedModel(Network.of(List.of(frame), List.of(code))).named("inner");
    Symbol x = Input.named("x", 5, 3);
    Symbol y = new TimeDistributed(inner).named("td").apply(x);
    try (Model model = Model.of(x, y).backend("reference")) {
      KerasModels.save(model, path, reference());
      try (Model back = KerasModels.load(path, reference())) {
        assertEquals(model.weights().keySet(), back.weights().keySet());
      }
    }
    Map<?, ?> outer = (Map<?, ?>) config(path).get("config");
    assertEquals(List.of(List.of("x", 0, 0)), outer.get("input_layers"));
    Map<?, ?> td = (Map<?, ?>) layers(config(path)).get("td").get("config");
    Map<?, ?> model = (Map<?, ?>) ((Map<?, ?>) td.get("layer")).get("config");
    assertEquals(List.of("frame", 0, 0), model.get("input_layers"));
    assertEquals(List.of("code", 0, 0), model.get("output_layers"));
  }

  /** As layers of their own: before 3.10 no Keras reads an Activation with an object. */
  @Test
  void functionsWithOptionsAreLayersOfTheirOwn() throws IOException {
    Path path = dir.resolve("c.keras");
    Symbol x = Input.named("x", 5, 3);
    Symbol y = new LSTM(2).named("lstm").apply(x);
    y = new ActivationLayer(Activation.leakyRelu(0.125)).named("leaky").apply(y);
    y = new ActivationLayer(Activation.elu(0.5)).named("elu").apply(y);
    y = new ActivationLayer(Activation.LEAKY_RELU).named("plain").apply(y);
    try (Model model = Model.of(x, y).backend("reference")) {
      KerasModels.save(model, path, reference());
      try (Model back = KerasModels.load(path, reference())) {
        assertEquals(
            "[InputLayer \"x\", LSTM \"lstm\", LeakyReLU \"leaky\", ELU \"elu\", Activation \"plain\"]",
            back.network().layers().toString());
      }
    }
    Map<?, ?> model = config(path);
    assertEquals("keras", model.get("module")); // all releases know it by its public name
    assertEquals("Model", model.get("class_name"));
    Map<String, Map<?, ?>> layers = layers(model);
    assertEquals("LeakyReLU", layers.get("leaky").get("class_name"));
    assertEquals(0.125, ((Map<?, ?>) layers.get("leaky").get("config")).get("negative_slope"));
    assertEquals("ELU", layers.get("elu").get("class_name"));
    assertEquals(0.5, ((Map<?, ?>) layers.get("elu").get("config")).get("alpha"));
    assertFalse(((Map<?, ?>) layers.get("elu").get("config")).containsKey("activation"));
    assertEquals("Activation", layers.get("plain").get("class_name"));
    Map<?, ?> initializer =
        (Map<?, ?>) ((Map<?, ?>) layers.get("lstm").get("config")).get("recurrent_initializer");
    assertEquals("OrthogonalInitializer", initializer.get("class_name"));
  }
}
