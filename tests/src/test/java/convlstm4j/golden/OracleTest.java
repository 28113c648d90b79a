package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.backend.reference.ReferenceBackend;
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

/**
 * Expected numbers of other implementations, on every backend and element type. A few cases are
 * among the resources; the whole set is used where it is there ({@code -Doracle.dir}, or {@code
 * shared/oracle} beside the checkout).
 */
class OracleTest {
  @TestFactory
  Stream<DynamicNode> bundledCases() throws URISyntaxException {
    List<OracleCase> cases = bundled();
    assertTrue(cases.size() >= 15, "only " + cases.size() + " cases are bundled");
    return onEveryBackend(cases);
  }

  @TestFactory
  Stream<DynamicNode> wholeSet() {
    Path folder =
        Path.of(
                System.getProperty(
                    "oracle.dir",
                    Path.of(System.getProperty("convlstm4j.root", ".."), "..", "shared", "oracle")
                        .toString()))
            .toAbsolutePath()
            .normalize();
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

  @Test
  void aDifferenceIsCaught() throws URISyntaxException {
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
    for (BackendProvider provider : Backends.providers()) {
      for (DType dtype : DType.values()) {
        nodes.add(
            DynamicContainer.dynamicContainer(
                provider.name() + " " + dtype,
                cases.stream()
                    .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c, provider, dtype)))));
      }
    }
    return nodes.stream();
  }

  private static void check(OracleCase c, BackendProvider provider, DType dtype) {
    try (Backend backend = provider.start()) {
      OracleChecks.check(c, backend, dtype);
    }
  }
}
