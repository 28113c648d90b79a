package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import convlstm4j.model.Callback;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Run;
import convlstm4j.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training straight through gives, bit for bit, what training, saving, loading in a new process and
 * training on gives. Files are compared: they hold weights, statistics, slots, states, sums, what
 * callbacks remember, and nothing that differs between runs.
 */
class ResumeTest {
  @TempDir Path folder;

  /** Within an epoch and at its end; in full each for both types. */
  static Stream<Arguments> stops() {
    return Stream.of(
            Arguments.of(DType.FLOAT32, 7),
            Arguments.of(DType.FLOAT64, 6),
            Arguments.of(DType.FLOAT32, 6),
            Arguments.of(DType.FLOAT64, 2))
        .limit(Boolean.getBoolean("full") ? 4 : 2);
  }

  @ParameterizedTest
  @MethodSource("stops")
  void goesOnInANewProcess(DType dtype, int stopAfter) throws Exception {
    Path straight = folder.resolve("straight.ckpt");
    try (Model model = SmallNet.compiled(dtype)) {
      model.fit(SmallNet.data(dtype), Trainee.plan());
      Checkpoint.save(model, straight);
    }
    Path half = folder.resolve("half.ckpt");
    Callback stop =
        new Callback() {
          @Override
          public void onBatchEnd(
              Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
            if (run.model().progress().step() == stopAfter) {
              run.model().requestStop();
            }
          }
        };
    try (Model model = SmallNet.compiled(dtype)) {
      Fit fit = Trainee.plan().callbacks(stop, new LastCheckpoint(half));
      model.fit(SmallNet.data(dtype), fit);
      // After the 6th step two epochs are done; after others one is in progress.
      assertEquals(
          new Progress(stopAfter / 3, stopAfter % 3, stopAfter),
          model.progress(),
          "stopped elsewhere");
    }
    Path resumed = folder.resolve("resumed.ckpt");
    Process process = Trainee.start("finish", half.toString(), resumed.toString());
    assertEquals(0, process.waitFor(), () -> log(half));
    assertArrayEquals(Files.readAllBytes(straight), Files.readAllBytes(resumed));
  }

  /** That the comparison can fail: one step more or another seed gives another file. */
  @Test
  void comparisonSeesADifference() throws Exception {
    Path one = folder.resolve("one.ckpt");
    Path other = folder.resolve("other.ckpt");
    for (Path path : new Path[] {one, other}) {
      try (Model model = SmallNet.model(DType.FLOAT32, 3)) {
        model.seed(path == one ? 11 : 12);
        Checkpoint.save(model, path);
      }
    }
    assertNotEquals(-1, Files.mismatch(one, other));
  }

  private static String log(Path path) {
    try {
      return Files.readString(Path.of(path + ".log"));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
