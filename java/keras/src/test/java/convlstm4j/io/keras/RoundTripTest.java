package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Identity;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Layers;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.layer.Resizing;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read: every option, every bit of every weight, every output. */
class RoundTripTest {
  private static final boolean FULL = Boolean.getBoolean("full");

  @TempDir private Path dir;

  private static KerasOptions reference() {
    return KerasOptions.defaults().notes(note -> {}).model(m -> m.backend("reference"));
  }

  @TestFactory
  List<DynamicTest> everyModelInEachForm() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, Supplier<Model>> e : SampleModels.all().entrySet()) {
      for (WrittenForm form : WrittenForm.of(e.getKey())) {
        tests.add(
            DynamicTest.dynamicTest(
                e.getKey() + " " + form,
                () -> {
                  try (Model model = e.getValue().get()) {
                    check(model, form, form.file(dir, e.getKey()));
                  }
                }));
      }
    }
    return tests;
  }

  @Test
  void operationsAreNotWrittenForKeras2() {
    WrittenForm form = WrittenForm.H5_OF_KERAS_2;
    try (Model model = SampleModels.all().get(FurtherModels.OPERATIONS).get()) {
      Path path = form.file(dir, "operations");
      KerasOptions options = form.in(reference());
      String message =
          assertThrows(KerasException.class, () -> KerasModels.save(model, path, options))
              .getMessage();
      assertTrue(message.contains("the operation GetItem"), message);
      assertFalse(Files.exists(path));
    }
  }

  @Test
  void whatKeras2LacksIsNotWrittenForIt() {
    List<Layer> lacking =
        List.of(
            new RMSNormalization(),
            new Resizing(3, 3).padToAspectRatio(true),
            new Resizing(3, 3).antialias(true),
            new Resizing(3, 3).fillValue(2),
            new TimeDistributed(new RMSNormalization()));
    for (Layer layer : lacking) {
      try (Model model = Sequential.of(Input.shape(4, 5, 2), layer).backend("reference")) {
        Path path = WrittenForm.H5_OF_KERAS_2.file(dir, "lacking");
        KerasOptions options = WrittenForm.H5_OF_KERAS_2.in(reference());
        String message =
            assertThrows(KerasException.class, () -> KerasModels.save(model, path, options))
                .getMessage();
        assertTrue(message.endsWith("; save it as .keras or .h5 of Keras 3"), message);
        assertFalse(Files.exists(path));
      }
    }
  }

  @Test
  void layersThatOlderKerasLacksAreNoted() {
    List<String> notes = new ArrayList<>();
    try (Model model = Sequential.of(Input.shape(4), new RMSNormalization(), new Identity())) {
      model.backend("reference");
      KerasModels.save(
          model, dir.resolve("a.keras"), WrittenForm.KERAS.in(reference()).notes(notes::add));
    }
    assertEquals(1, notes.size(), notes::toString);
    assertTrue(notes.get(0).endsWith(": Keras before 3.9 has no such layer"), notes::toString);
  }

  /** Keras 3 repeats what is given from the last axis on, Keras 2 takes it along the axis. */
  @Test
  void givenMeansAreOfTheirAxis() throws IOException {
    double[] means = {0.5, 1, -2};
    for (WrittenForm form : WrittenForm.values()) {
      for (int axis : new int[] {1, -3, 3, -1}) {
        boolean last = axis == 3 || axis == -1;
        Shape image = last ? Shape.of(4, 5, 3) : Shape.of(3, 4, 5);
        Layer layer = new Normalization().axis(axis).given(means, 1, 4, 0.25);
        try (Model model =
            Sequential.of(Input.batchShape(image.prepend(Shape.UNKNOWN).dims()), layer)
                .backend("reference")) {
          Path path = form.file(dir, "given" + axis);
          KerasModels.save(model, path, form.in(reference()));
          boolean nested = form != WrittenForm.H5_OF_KERAS_2 && !last;
          assertEquals(
              nested ? "[[[0.5]],[[1.0]],[[-2.0]]]" : "[0.5,1.0,-2.0]",
              written(path),
              form + " " + axis);
          try (Model back = KerasModels.load(path, reference())) {
            checkSame(model, back);
          }
        }
      }
      Layer two = new Normalization().axis(1, 2).given(new double[6], 1, 1, 1, 1, 1, 1);
      try (Model model = Sequential.of(Input.shape(3, 2), two).backend("reference")) {
        Path path = form.file(dir, "two");
        String message =
            assertThrows(
                    KerasException.class, () -> KerasModels.save(model, path, form.in(reference())))
                .getMessage();
        assertTrue(message.contains("6 means along axis=[1, 2]"), message);
        assertFalse(Files.exists(path));
      }
    }
  }

  /** The means in a file's JSON. */
  private static String written(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    if (path.toString().endsWith(".keras")) {
      try (ZipFile zip = new ZipFile(path.toFile());
          InputStream in = zip.getInputStream(zip.getEntry("config.json"))) {
        file = in.readAllBytes();
      }
    }
    String json = new String(file, StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
    Matcher means = Pattern.compile("\"mean\":(.*?),\"variance\"").matcher(json);
    assertTrue(means.find(), path::toString);
    return means.group(1);
  }

  private static void check(Model model, WrittenForm form, Path path) {
    KerasOptions writing = form.in(reference());
    KerasModels.save(model, path, writing);
    try (Model back = KerasModels.load(path, reference())) {
      assertEquals(model.name(), back.name());
      assertEquals(json(model), json(back));
      assertEquals(model.network().layers().toString(), back.network().layers().toString());
      checkSame(model, back);
      if (!FULL && form != WrittenForm.KERAS) {
        return;
      }
      Path again = path.resolveSibling("again-" + path.getFileName());
      KerasModels.save(back, again, writing);
      try (Model third = KerasModels.load(again, reference())) {
        checkSame(model, third);
      }
    }
  }

  /** All options, but for axes: Keras 2 writes which -1 is. */
  private static String json(Model model) {
    return Architecture.toJson(model.network()).replaceAll("\"axis\" : -?[0-9]+", "axis");
  }

  private static void checkSame(Model a, Model b) {
    assertEquals(a.weights().keySet(), b.weights().keySet());
    a.weights().forEach((name, w) -> checkBits(name, w, b.weights().get(name)));
    List<Tensor> x = a.predict(SampleModels.inputs(a));
    List<Tensor> y = b.predict(SampleModels.inputs(b));
    for (int i = 0; i < x.size(); i++) {
      checkBits("output " + i, x.get(i), y.get(i));
    }
  }

  private static void checkBits(String what, Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape(), what);
    if (a.dtype() == DType.FLOAT64) {
      assertArrayEquals(a.doubles(), b.doubles(), what);
    } else {
      assertArrayEquals(a.floats(), b.floats(), what);
    }
  }

  @Test
  void theModelsHaveEveryKindOfLayer() {
    TreeSet<String> kinds = new TreeSet<>();
    SampleModels.all()
        .values()
        .forEach(
            m -> {
              try (Model model = m.get()) {
                model.network().layers().forEach(l -> addKinds(l, kinds));
              }
            });
    kinds.removeAll(List.of("InputLayer", "Functional", "Sequential"));
    assertEquals(Layers.kinds(), kinds);
  }

  private static void addKinds(Layer l, Set<String> kinds) {
    kinds.add(l.kerasClass());
    l.children().forEach(c -> addKinds(c, kinds));
  }

  @Test
  void float64IsKept() {
    for (WrittenForm form : WrittenForm.values()) {
      Path path = form.file(dir, "double");
      try (Model model =
          Sequential.of(Input.shape(3), new Dense(2)).dtype(DType.FLOAT64).backend("reference")) {
        KerasModels.save(model, path, form.in(reference()));
        try (Model back = KerasModels.load(path, reference())) {
          assertEquals(DType.FLOAT64, back.dtype());
          checkSame(model, back);
        }
      }
    }
  }

  /** Names and groups in great number: trees of two levels, lists in two attributes. */
  @Test
  void manyLayers() {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < 4200; i++) {
      layers.add(new convlstm4j.layer.Flatten().named("layer_with_a_rather_long_name_" + i));
    }
    layers.add(new Dense(2));
    try (Model model = Sequential.of(Input.shape(3), layers).backend("reference")) {
      for (WrittenForm form : WrittenForm.values()) {
        if (!FULL && form == WrittenForm.H5) { // whose lists are those of Keras 2
          continue;
        }
        Path path = form.file(dir, "many");
        KerasModels.save(model, path, form.in(reference()));
        try (Model back = KerasModels.load(path, reference())) {
          checkSame(model, back);
        }
      }
    }
  }

  @Test
  void optionsOfOurOwnComeBackAndAreSaid() {
    for (String ending : List.of(".keras", ".h5")) {
      Path path = dir.resolve("own" + ending);
      ConvLSTM2D layer = new ConvLSTM2D(2, 2).separable(2).layerNormalization(0.25);
      List<String> notes = new ArrayList<>();
      try (Model model = Sequential.of(Input.shape(3, 4, 3, 2), layer)) {
        model.backend("reference");
        KerasModels.save(model, path, KerasOptions.defaults().notes(notes::add));
        try (Model back = KerasModels.load(path, reference())) {
          checkSame(model, back);
          assertEquals(layer.config(), back.network().layers().get(1).config());
        }
      }
      for (String option : List.of("depth_multiplier", "layer_normalization")) {
        assertTrue(
            notes.stream()
                .anyMatch(
                    n ->
                        n.contains("has the option " + option)
                            && n.endsWith("only this library reads it")),
            notes.toString());
      }
    }
  }

  @Test
  void peepholesAreRefused() {
    Path path = dir.resolve("peephole.h5");
    try (Model model = Sequential.of(Input.shape(3, 2), new LSTM(2).peephole(true))) {
      model.backend("reference");
      String message =
          assertThrows(KerasException.class, () -> KerasModels.save(model, path)).getMessage();
      assertTrue(
          message.endsWith(
              "LSTM \"lstm\" has peepholes, which Keras has not; save a checkpoint instead"),
          message);
      assertTrue(Files.notExists(path));
    }
  }
}
