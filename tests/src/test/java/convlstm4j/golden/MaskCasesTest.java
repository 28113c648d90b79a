package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.contract.TestBackends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Masks that layers, losses and metrics take and pass on, with Keras's own numbers. */
class MaskCasesTest {
  private static final int CASES = 12;

  @TempDir static Path folder;
  private static List<KerasCase> cases;

  @BeforeAll
  static void unpack() throws IOException {
    cases = KerasCase.unpack(folder, "keras-masks.zip");
  }

  @TestFactory
  Stream<DynamicTest> computeWhatKerasDoes() {
    assertEquals(CASES, cases.size());
    return Stream.of("reference", "onednn")
        .filter(TestBackends::include)
        .flatMap(backend -> cases.stream().flatMap(c -> tests(backend, c)));
  }

  private static Stream<DynamicTest> tests(String backend, KerasCase c) {
    DynamicTest predicts =
        DynamicTest.dynamicTest(
            backend + " " + c.file(), () -> assertEquals(Optional.empty(), c.predicts(backend)));
    DynamicTest trains =
        DynamicTest.dynamicTest(
            backend + " " + c.file() + " [train]",
            () -> assertEquals(Optional.empty(), c.trainsAsKeras(backend)));
    return c.trains() ? Stream.of(predicts, trains) : Stream.of(predicts);
  }
}
