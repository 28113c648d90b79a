package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.model.Callback;
import convlstm4j.model.EarlyStopping;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Run;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of a training that ended with its best weights has these, not those of the last epoch. */
class BestWeightsTest {
  @TempDir Path dir;

  /** Says that the first epoch was best, and keeps its weights. */
  private static final class FirstIsBest implements Callback {
    final List<Map<String, Tensor>> weights = new ArrayList<>();

    @Override
    public String key() {
      return "first";
    }

    @Override
    public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
      logs.put("loss", epoch + 1.0);
      weights.add(run.model().weights());
    }
  }

  @Test
  void theFileHasTheBestWeights() {
    Path file = dir.resolve("m.ckpt");
    FirstIsBest first = new FirstIsBest();
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      model.fit(
          SmallNet.data(DType.FLOAT32),
          Fit.epochs(9)
              .callbacks(
                  first,
                  new EarlyStopping("loss").patience(2).restoreBest(true),
                  new LastCheckpoint(file)));
    }
    assertEquals(3, first.weights.size());
    try (Model saved = Checkpoint.load(file, m -> m.backend("reference"))) {
      assertEquals(3, saved.progress().epoch());
      saved
          .weights()
          .forEach((n, t) -> assertArrayEquals(first.weights.get(0).get(n).floats(), t.floats()));
    }
  }

  /** Not after a failure: the file stays as the last epoch left it. */
  @Test
  void aFailureIsNotSaved() {
    Path file = dir.resolve("m.ckpt");
    Callback fails =
        new Callback() {
          @Override
          public void onEpochBegin(Run run, long epoch) {
            if (epoch == 1) {
              throw new IllegalStateException("no more");
            }
          }
        };
    Map<String, Tensor> after;
    try (Model model = SmallNet.compiled(DType.FLOAT32)) {
      assertThrows(
          IllegalStateException.class,
          () ->
              model.fit(
                  SmallNet.data(DType.FLOAT32),
                  Fit.epochs(3).callbacks(new LastCheckpoint(file), fails)));
      after = model.weights();
    }
    try (Model saved = Checkpoint.load(file, m -> m.backend("reference"))) {
      assertEquals(1, saved.progress().epoch());
      saved.weights().forEach((n, t) -> assertArrayEquals(after.get(n).floats(), t.floats()));
      assertFalse(Arrays.equals(new float[1], saved.weights().values().iterator().next().floats()));
    }
  }
}
