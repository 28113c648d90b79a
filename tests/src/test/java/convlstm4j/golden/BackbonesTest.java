package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.contract.TestBackends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keras's own image networks under TimeDistributed, made by Keras here and now and so only where
 * keras-run is set up: outputs of {@code .keras} and {@code .h5}, and training with the network
 * frozen; of VGG16, which has no statistics of batches, also unfrozen.
 */
class BackbonesTest {
  private static final Path KERAS = Path.of("..", "..", "shared", "keras-run", "run.sh");
  private static final String SCRIPT = "src/test/python/make_backbones.py";
  private static final String RELEASE = "3.15.1";
  private static final boolean FULL = Boolean.getBoolean("full");

  /** Two of each network; only of one by default. */
  private static final int CASES = FULL ? 10 : 2;

  private static final String ONE = "MobileNet";

  @TempDir Path folder;

  /** What Keras makes; the test is skipped where it cannot be run. */
  private List<KerasCase> cases() throws IOException, InterruptedException {
    assumeTrue(Files.exists(KERAS), KERAS + " is not there");
    Path log = folder.resolve("log.txt");
    List<String> command = new ArrayList<>(List.of("sh", KERAS.toString(), RELEASE, SCRIPT));
    command.add(folder.toString());
    if (!FULL) {
      command.add(ONE);
    }
    Process keras =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = keras.waitFor(15, TimeUnit.MINUTES);
    String said = Files.readString(log);
    assumeTrue(!said.contains("run setup.sh first"), said.strip());
    assertEquals(0, ended ? keras.exitValue() : -1, said);
    return KerasCase.all(folder, RELEASE + ".json");
  }

  @TestFactory
  Stream<DynamicTest> computeAndTrainAsKerasDoes() throws IOException, InterruptedException {
    List<KerasCase> cases = cases();
    assertEquals(CASES, cases.size());
    return Stream.of("reference", "onednn")
        .filter(TestBackends::include)
        .filter(b -> b.equals("onednn") || !TestBackends.include("onednn")) // loops take minutes
        .flatMap(backend -> cases.stream().flatMap(c -> tests(backend, c)));
  }

  private static Stream<DynamicTest> tests(String backend, KerasCase c) {
    DynamicTest predicts =
        DynamicTest.dynamicTest(
            backend + " " + c.file(), () -> assertEquals(Optional.empty(), c.predicts(backend)));
    DynamicTest h5 =
        DynamicTest.dynamicTest(
            backend + " " + c.file() + " as .h5",
            () -> assertEquals(Optional.empty(), c.last().predicts(backend)));
    DynamicTest trains =
        DynamicTest.dynamicTest(
            backend + " " + c.file() + " [train]",
            () -> assertEquals(Optional.empty(), c.trainsAsKeras(backend)));
    return c.trains() ? Stream.of(predicts, h5, trains) : Stream.of(predicts, h5);
  }
}
