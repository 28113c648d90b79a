package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Layers;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read: every option, every bit of every weight, every output. */
class RoundTripTest {
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

  private static void check(Model model, WrittenForm form, Path path) {
    KerasOptions writing = form.in(reference());
    KerasModels.save(model, path, writing);
    try (Model back = KerasModels.load(path, reference())) {
      assertEquals(model.name(), back.name());
      assertEquals(json(model), json(back));
      assertEquals(model.network().layers().toString(), back.network().layers().toString());
      checkSame(model, back);
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
        Path path = form.file(dir, "many");
        KerasModels.save(model, path, form.in(reference()));
        try (Model back = KerasModels.load(path, reference())) {
          checkSame(model, back);
        }
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
