package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.contract.TestBackends;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.tensor.DType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Expected numbers of other implementations, on every backend and element type. A few cases are
 * among the resources; the whole set is used where it is there ({@code -Doracle.dir}, or {@code
 * shared/oracle} beside the checkout).
 */
class OracleTest {
  private static final boolean FULL = Boolean.getBoolean("full");
  private static final List<String> ENDINGS = List.of(".h5", ".keras");

  @TestFactory
  Stream<DynamicNode> bundledCases() throws URISyntaxException {
    List<OracleCase> cases = bundled();
    assertTrue(cases.size() >= 15, "only " + cases.size() + " cases are bundled");
    // They are of the whole set.
    return Files.isDirectory(folder()) && !FULL ? Stream.of() : onEveryBackend(cases);
  }

  @TestFactory
  Stream<DynamicNode> wholeSet() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return Stream.of(
          DynamicTest.dynamicTest(
              "no whole set",
              () -> Assumptions.abort("there is no folder " + folder + "; set -Doracle.dir")));
    }
    List<OracleCase> cases = OracleCase.all(folder);
    assertTrue(!cases.isEmpty(), folder + " has no cases");
    return onEveryBackend(cases);
  }

  /**
   * Every case of a model, of the whole set where it is there, through Keras's files; by default in
   * one of the two formats, the next one in the other.
   */
  @TestFactory
  Stream<DynamicNode> throughKerasFiles(@TempDir Path dir) throws URISyntaxException {
    List<OracleCase> cases = Files.isDirectory(folder()) ? OracleCase.all(folder()) : bundled();
    List<DynamicNode> tests = new ArrayList<>();
    int turn = 0;
    for (BackendProvider provider : TestBackends.providers()) {
      for (OracleCase c : cases) {
        for (String ending : c.string("kind").equals("loss") ? List.<String>of() : ENDINGS) {
          if (!FULL && turn++ / 2 % 2 != ENDINGS.indexOf(ending)) {
            continue;
          }
          tests.add(
              DynamicTest.dynamicTest(
                  provider.name() + " " + c.name() + ending,
                  () -> throughFile(c, provider, dir.resolve("model" + ending))));
        }
      }
    }
    assertTrue(tests.size() >= 20, "only " + tests.size() + " tests");
    return tests.stream();
  }

  private static void throughFile(OracleCase c, BackendProvider provider, Path file) {
    try (Backend backend = provider.start()) {
      KerasOptions options =
          KerasOptions.defaults().notes(note -> {}).model(m -> m.backend(backend));
      OracleChecks.check(
          c,
          backend,
          DType.FLOAT32,
          model -> {
            KerasModels.save(model, file, options);
            return KerasModels.load(file, options);
          });
    }
  }

  private static Path folder() {
    return Path.of(
            System.getProperty(
                "oracle.dir",
                Path.of(System.getProperty("convlstm4j.root", ".."), "..", "shared", "oracle")
                    .toString()))
        .toAbsolutePath()
        .normalize();
  }

  @Test
  void aDifferenceIsCaught() throws URISyntaxException {
    Assumptions.assumeTrue(TestBackends.include("reference"), "of the reference alone");
    Map<String, Object> none = Map.of("abs", 0, "rel_to_max", 0);
    for (OracleCase c : bundled()) {
      Map<String, Object> strict = new HashMap<>(c.json());
      strict.put(
          "tolerance",
          Map.of("output", none, "gradient", none, "loss", none, "final_weights", none));
      OracleCase exact = new OracleCase(c.folder(), strict);
      if (!c.name().startsWith("maxpool")) { // which copies, and is exact
        try (Backend backend = new ReferenceBackend()) {
          assertThrows(
              AssertionError.class,
              () -> OracleChecks.check(exact, backend, DType.FLOAT64),
              c.name());
        }
      }
    }
  }

  private static List<OracleCase> bundled() throws URISyntaxException {
    return OracleCase.all(Path.of(OracleTest.class.getResource("/oracle").toURI()));
  }

  private static Stream<DynamicNode> onEveryBackend(List<OracleCase> cases) {
    List<DynamicNode> nodes = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (DType dtype : DType.values()) {
        if (!supports(provider, dtype)) {
          continue;
        }
        nodes.add(
            DynamicContainer.dynamicContainer(
                provider.name() + " " + dtype,
                cases.stream()
                    .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c, provider, dtype)))));
      }
    }
    return nodes.stream();
  }

  private static boolean supports(BackendProvider provider, DType dtype) {
    try (Backend backend = provider.start()) {
      return backend.supports(dtype);
    }
  }

  private static void check(OracleCase c, BackendProvider provider, DType dtype) {
    try (Backend backend = provider.start()) {
      OracleChecks.check(c, backend, dtype);
    }
  }
}
