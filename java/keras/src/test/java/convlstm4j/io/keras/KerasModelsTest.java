package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.CustomLayers;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Initializers;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.op.Merge;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken from files, and the words with which the rest is refused. */
class KerasModelsTest {
  @TempDir private Path dir;
  private final List<String> notes = new ArrayList<>();

  private KerasOptions options() {
    return KerasOptions.defaults().notes(notes::add).model(m -> m.backend("reference"));
  }

  /** A layer of a user's: the input added to itself, times a weight. */
  private static final class Twice extends Layer {
    private final int offset;

    Twice(Map<String, Object> config) {
      offset = ((Number) config.get("offset")).intValue();
    }

    @Override
    public Map<String, Object> config() {
      Map<String, Object> c = new LinkedHashMap<>();
      c.put("offset", offset);
      return c;
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> arguments) {
      Value x = arguments.first();
      Value w =
          parameter(g, "scale", x.shape().from(1), Initializers.ones(), Regularizer.NONE, true);
      Value sum = g.op(new Merge(Merge.Mode.SUM, 2), x, x);
      Value broad = g.op(new Merge(Merge.Mode.SUM, 2), sum, sum);
      return w.shape().rank() == 1 ? List.of(broad) : List.of(sum);
    }
  }

  /** An .h5 file of Keras 3 with a layer of a kind between two that there are. */
  private Path withLayer(String kind, String options) throws IOException {
    Group root = new Group();
    root.texts().put("keras_version", "3.8.0");
    root.texts()
        .put(
            "model_config",
            """
            {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
              {"class_name": "InputLayer", "config": {"batch_shape": [null, 2], "name": "in"}},
              {"class_name": "Dense", "config": {"name": "first", "units": 3}},
              {"class_name": "KIND", "config": {"name": "odd", OPTIONS}},
              {"class_name": "Dense", "config": {"name": "last", "units": 1}}]}}
            """
                .replace("KIND", kind)
                .replace("OPTIONS", options));
    Group weights = root.make("model_weights");
    weights.lists().put("layer_names", List.of("first", "odd", "last"));
    put(weights.make("first"), Shape.of(2, 3), Shape.of(3));
    put(weights.make("odd"));
    put(weights.make("last"), Shape.of(3, 1), Shape.of(1));
    return write(root, "odd.h5");
  }

  private static void put(Group g, Shape... shapes) {
    List<String> names = new ArrayList<>();
    for (Shape s : shapes) {
      String name = "w" + names.size();
      g.arrays().put(name, new Data.Floats(SampleModels.filled(s, names.size())));
      names.add(name);
    }
    g.lists().put("weight_names", names);
  }

  private Path write(Group root, String name) throws IOException {
    Path path = dir.resolve(name);
    try (FileChannel out =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      new Hdf5Writer(root).writeTo(out);
    }
    return path;
  }

  private String refused(Path path) {
    String message =
        assertThrows(KerasException.class, () -> KerasModels.load(path, options())).getMessage();
    assertTrue(message.startsWith(path + ": "), message);
    return message.substring(path.toString().length() + 2);
  }

  @Test
  void lambdaIsRefusedWithItsNameAndPlace() throws IOException {
    Path path = withLayer("Lambda", "\"function\": [\"4wEAAAAAAAAA\", null, null]");
    String message = refused(path);
    assertTrue(
        message.contains(
            "config.layers[2]: layer \"odd\" is of the kind Lambda, which is Python code and is"
                + " never run; register a layer of your own"),
        message);
  }

  @Test
  void anUnknownKindIsRefusedAndCanBeRegistered() throws IOException {
    Path path = withLayer("my_package>Twice", "\"offset\": 7");
    assertTrue(
        refused(path).contains("layer \"odd\" is of a class my_package>Twice of the user's own"));
    KerasOptions registered = options().customLayers(CustomLayers.none().with("Twice", Twice::new));
    try (Model model = KerasModels.load(withWeights(path), registered)) {
      assertEquals("Twice", model.network().layer("odd").kerasClass());
      assertEquals(Map.of("offset", 7), model.network().layer("odd").config());
      assertArrayEquals(
          SampleModels.filled(Shape.of(3), 0).floats(), model.weights().get("odd/scale").floats());
      Path back = dir.resolve("back.keras");
      KerasModels.save(model, back, options());
      try (Model again = KerasModels.load(back, registered)) {
        Tensor x = SampleModels.filled(Shape.of(2, 2), 5);
        assertArrayEquals(model.predict(x).get(0).floats(), again.predict(x).get(0).floats());
      }
    }
  }

  private Path withWeights(Path path) throws IOException {
    Group root = Hdf5Reader.read("x", ByteBuffer.wrap(Files.readAllBytes(path)));
    Group copy = new Group();
    copy.texts().putAll(root.texts());
    Group weights = copy.make("model_weights");
    weights.lists().put("layer_names", List.of("first", "odd", "last"));
    put(weights.make("first"), Shape.of(2, 3), Shape.of(3));
    put(weights.make("odd"), Shape.of(3));
    put(weights.make("last"), Shape.of(3, 1), Shape.of(1));
    return write(copy, "custom.h5");
  }

  /** tf.keras takes them, so files of Keras 2 have them; Keras 3 takes images alone. */
  @Test
  void aFileOfKeras2MayHaveConvolutionsOfVideos() {
    Path path = dir.resolve("videos.h5");
    Tensor x = SampleModels.filled(Shape.of(2, 3, 5, 4, 1), 5);
    Symbol video = Input.shape(Input.ANY, 5, 4, 1);
    Symbol y = new MaxPooling2D(2).apply(new Conv2D(2, 2).apply(video));
    try (Model model = Model.of(video, y).backend("reference")) {
      assertEquals(Shape.of(Input.ANY, Input.ANY, 2, 1, 2), y.shape());
      KerasModels.save(model, path, WrittenForm.H5_OF_KERAS_2.in(options()));
      assertTrue(
          KerasModels.describe(path, options()).version().startsWith("2."),
          "not a file of Keras 2");
      try (Model again = KerasModels.load(path, options())) {
        assertArrayEquals(model.predict(x).get(0).floats(), again.predict(x).get(0).floats());
      }
    }
  }

  @Test
  void aLayerIsLeftOutByNameAndItIsSaid() throws IOException {
    Path path = withLayer("RandomRotation", "\"factor\": 0.5");
    assertTrue(refused(path).contains("is of the kind RandomRotation, which there is not here"));
    try (Model model = KerasModels.load(path, options().skipLayer("odd"))) {
      assertEquals(
          List.of("in", "first", "last"),
          model.network().layers().stream().map(Layer::name).toList());
    }
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).startsWith(path + ": left out: "), notes.get(0));
  }

  @Test
  void weightsThatDoNotFitAreRefusedOrSkippedByName() throws IOException {
    Path path = dir.resolve("a.h5");
    try (Model model =
        Sequential.of(Input.shape(2), new Dense(3).named("a"), new Dense(1).named("b"))) {
      KerasModels.save(model.backend("reference"), path);
    }
    try (Model other =
        Sequential.of(Input.shape(2), new Dense(3).named("c"), new Dense(2).named("d"))) {
      other.backend("reference").seed(5);
      Map<String, Tensor> before = other.weights();
      String message =
          assertThrows(KerasException.class, () -> KerasModels.loadWeights(other, path, options()))
              .getMessage();
      assertEquals(
          path
              + ": has the weight b/kernel with shape [3, 1], Dense \"d\" expects kernel [3, 2];"
              + " to let it keep its initial weights, skip it by name (skipLayer)",
          message);
      other.weights().forEach((n, w) -> assertArrayEquals(before.get(n).floats(), w.floats(), n));
      KerasModels.loadWeights(other, path, options().skipLayer("d"));
      assertFalse(
          Arrays.equals(before.get("c/kernel").floats(), other.weights().get("c/kernel").floats()));
      assertArrayEquals(before.get("d/kernel").floats(), other.weights().get("d/kernel").floats());
      assertEquals(1, notes.size(), notes.toString());
    }
    try (Model more = Sequential.of(Input.shape(2), new Dense(3).named("c"))) {
      more.backend("reference");
      String message =
          assertThrows(KerasException.class, () -> KerasModels.loadWeights(more, path, options()))
              .getMessage();
      assertTrue(
          message.contains("has weights of 2 layers [a, b], the model has 1 with weights [c]"),
          message);
      KerasModels.loadWeights(more, path, options().skipLayer("b"));
    }
  }

  @Test
  void weightsComeFromEveryKindOfFile() throws IOException {
    for (String ending : List.of(".h5", ".keras")) {
      Path path = dir.resolve("whole" + ending);
      try (Model model = SampleModels.all().get("nested").get();
          Model other = SampleModels.all().get("nested").get()) {
        KerasModels.save(model, path, options());
        other.setWeights(
            other.weights().values().stream()
                .map(w -> Tensor.zeros(DType.FLOAT32, w.shape()))
                .toList());
        KerasModels.loadWeights(other, path, options());
        model
            .weights()
            .forEach((n, w) -> assertArrayEquals(w.floats(), other.weights().get(n).floats(), n));
        if (ending.equals(".keras")) { // as model.save_weights of Keras 3 writes it
          Path inner = dir.resolve("only.weights.h5");
          try (ZipFile zip = new ZipFile(path.toFile())) {
            Files.copy(zip.getInputStream(zip.getEntry("model.weights.h5")), inner);
          }
          KerasModels.loadWeights(other, inner, options());
          assertTrue(refused(inner).startsWith("holds weights only, no model"));
          KerasDescription d = KerasModels.describe(inner, options());
          assertEquals(".weights.h5", d.kind());
          assertEquals(
              model.weights().values().stream().mapToLong(Tensor::size).sum(), d.parameters());
        }
      }
    }
  }

  @Test
  void describesWhatCannotBeTaken() throws IOException {
    Path path = withLayer("Lambda", "\"function\": []");
    KerasDescription d = KerasModels.describe(path, options());
    assertEquals("3.8.0", d.version());
    assertEquals("sequential", d.model());
    assertEquals(
        List.of("in InputLayer", "first Dense", "odd Lambda", "last Dense"),
        d.layers().stream().map(l -> l.name() + " " + l.kind()).toList());
    assertEquals(13, d.parameters());
    assertEquals(1, d.faults().size(), d.faults().toString());
    assertTrue(d.faults().get(0).contains("which is Python code and is never run"));
    assertEquals("cannot be taken: 1 of 4 layers (odd: Lambda)", d.verdict());
    assertEquals(
        List.of("[None, 2]", "[None, 3]", "", ""),
        d.layers().stream().map(KerasDescription.LayerLine::output).toList(),
        "what is behind the layer is not guessed");
    assertTrue(d.text().contains("\n13 parameters\n"), d.text());
    assertEquals(List.of(), notes);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = dir.resolve("text.h5");
    Files.writeString(text, "hello");
    assertEquals(
        "is neither HDF5 nor a zip, expected a file that Keras saved as .h5 or .keras",
        refused(text));
    assertFalse(KerasModels.isKerasFile(text));
    assertEquals("there is no such file", refused(dir.resolve("absent.h5")));
    assertTrue(refused(dir).startsWith("is a folder"));
    Group root = new Group();
    root.make("something");
    assertEquals(
        "has no attribute layer_names, expected a file that Keras saved; it has [something]",
        refused(write(root, "other.h5")));
    root.lists().put("layer_names", List.of());
    root.texts().put("keras_version", "1.2.2");
    root.texts().put("model_config", "{\"class_name\": \"Sequential\", \"config\": []}");
    assertEquals("is of Keras 1.2.2, expected 2.2 to 2.15 or 3.x", refused(write(root, "old.h5")));
    Path chars = dir.resolve("a.h6");
    try (Model m = Sequential.of(Input.shape(2), new Dense(1)).backend("reference")) {
      assertThrows(KerasException.class, () -> KerasModels.save(m, chars));
      assertThrows(KerasException.class, () -> KerasModels.save(m, dir.resolve("a.weights.h5")));
    }
  }

  @Test
  void aTrainingLossOfTheUsersIsNamedAndNotTaken() throws IOException {
    Group root = new Group();
    root.texts().put("keras_version", "3.8.0");
    root.texts()
        .put(
            "model_config",
            """
            {"class_name": "Sequential", "config": {"name": "s", "layers": [
              {"class_name": "InputLayer", "config": {"batch_shape": [null, 2], "name": "in"}},
              {"class_name": "Dense", "config": {"name": "d", "units": 1}}]}}
            """);
    root.texts()
        .put(
            "training_config",
            """
            {"loss": {"module": "builtins", "class_name": "function", "config": "my_loss"},
             "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.5}}}
            """);
    Group weights = root.make("model_weights");
    weights.lists().put("layer_names", List.of("d"));
    put(weights.make("d"), Shape.of(2, 1), Shape.of(1));
    Path path = write(root, "loss.h5");
    try (Model model = KerasModels.load(path, options())) {
      assertTrue(model.compilation().isEmpty());
    }
    assertEquals(1, notes.size(), notes.toString());
    assertTrue(
        notes.get(0).contains("the model is not compiled: there is no loss my_loss here"),
        notes.get(0));
  }

  /** A state is not saved, so that a model has it anew. */
  @Test
  void statefulLayersBeginAnew() {
    Path path = dir.resolve("stateful.keras");
    Symbol x = Input.batchShape(2, 3, 4);
    Symbol y = new Flatten().apply(new LSTM(2).stateful(true).apply(x));
    try (Model model = SampleModels.weighted(Model.of(x, y))) {
      Tensor in = SampleModels.filled(Shape.of(2, 3, 4), 9);
      Tensor first = model.predict(in).get(0);
      assertFalse(Arrays.equals(first.floats(), model.predict(in).get(0).floats()));
      KerasModels.save(model, path, options());
      try (Model back = KerasModels.load(path, options())) {
        assertArrayEquals(first.floats(), back.predict(in).get(0).floats());
      }
    }
  }
}
