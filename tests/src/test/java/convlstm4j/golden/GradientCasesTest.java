package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.layer.Layers;
import convlstm4j.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Outputs, gradients and steps of training of every kind of layer, by Keras and PyTorch: {@code
 * make_gradients.py} and {@code make_own_gradients.py} made them.
 */
class GradientCasesTest {
  /** Kinds that draw other random numbers than others do: no other's numbers can be theirs. */
  private static final Set<String> DRAWN =
      Set.of(
          "AlphaDropout",
          "Dropout",
          "GaussianDropout",
          "GaussianNoise",
          "RandomFlip",
          "SpatialDropout1D",
          "SpatialDropout2D",
          "SpatialDropout3D");

  /** Kinds that {@link ConvGruTest} holds to gradients by PyTorch; they are trained here. */
  private static final Set<String> ELSEWHERE = Set.of("ConvGRU1D", "ConvGRU2D", "ConvGRU3D");

  @TempDir static Path folder;
  private static List<OracleCase> cases;

  @BeforeAll
  static void unpack() throws IOException {
    try (ZipInputStream zip =
        new ZipInputStream(GradientCasesTest.class.getResourceAsStream("gradients.zip"))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        Path file = folder.resolve(e.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
    cases = OracleCase.all(folder);
  }

  @TestFactory
  Stream<DynamicTest> agree() {
    List<DynamicTest> tests = new ArrayList<>();
    List<BackendProvider> providers = TestBackends.providers();
    for (int i = 0; i < providers.size(); i++) {
      BackendProvider provider = providers.get(i);
      // By default each case on one of the backends, the next one on the next.
      int step = Boolean.getBoolean("full") ? 1 : providers.size();
      for (int k = step == 1 ? 0 : i; k < cases.size(); k += step) {
        OracleCase c = cases.get(k);
        tests.add(
            DynamicTest.dynamicTest(provider.name() + " " + c.name(), () -> check(provider, c)));
      }
    }
    return tests.stream();
  }

  private static void check(BackendProvider provider, OracleCase c) {
    try (Backend backend = provider.start()) {
      DType dtype = backend.supports(DType.FLOAT64) ? DType.FLOAT64 : DType.FLOAT32;
      OracleChecks.check(c, backend, dtype);
    }
  }

  @Test
  void everyKindHasGradients() {
    Set<String> with = kinds(cases.stream().filter(c -> !c.string("kind").equals("training")));
    with.addAll(ELSEWHERE);
    with.addAll(DRAWN);
    assertEquals(new TreeSet<>(Layers.kinds()), with);
  }

  @Test
  void everyKindIsTrained() {
    Set<String> with = kinds(cases.stream().filter(c -> c.string("kind").equals("training")));
    with.addAll(DRAWN);
    assertEquals(new TreeSet<>(Layers.kinds()), with);
  }

  /** A case without gradients would say nothing. */
  @Test
  void everyCaseHasNumbers() {
    assertTrue(cases.size() > 215, cases.size() + " cases");
    for (OracleCase c : cases) {
      boolean trained = c.string("kind").equals("training");
      int numbers =
          trained
              ? c.list("final_weights").size()
              : c.list("grad_inputs").size() + c.list("grad_weights").size();
      assertTrue(numbers > 0, c.name());
    }
  }

  private static Set<String> kinds(Stream<OracleCase> of) {
    return of.flatMap(c -> names(c.has("layer") ? c.map("layer") : c.map("model")))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The kinds of layers in a form; what is no kind of layer, but an operation, is one. */
  private static Stream<String> names(Object form) {
    if (form instanceof List<?> list) {
      return list.stream().flatMap(GradientCasesTest::names);
    }
    if (!(form instanceof Map<?, ?> map)) {
      return Stream.of();
    }
    Stream<String> inside = map.values().stream().flatMap(GradientCasesTest::names);
    if (map.get("class_name") instanceof String name) {
      String module = String.valueOf(map.get("module"));
      String kind = module.startsWith("keras.src.ops") ? "Operation" : name;
      return Stream.concat(Stream.of(kind).filter(Layers.kinds()::contains), inside);
    }
    return inside;
  }
}
