package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Callback;
import convlstm4j.model.CsvLog;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Run;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two trainings with one file: the second is refused, and what the first saved stays. */
class TrainingLocksTest {
  @TempDir Path folder;

  private List<Callback> callbacks() {
    return List.of(
        new LastCheckpoint(folder.resolve("last.ckpt")),
        new BestCheckpoint(folder.resolve("best.ckpt"), "loss"),
        new CsvLog(folder.resolve("log.csv")));
  }

  private static void train(Callback callback) {
    try (Model model = SmallNet.dense()) {
      model.fit(SmallNet.denseData(), Fit.epochs(1).callbacks(callback));
    }
  }

  @Test
  void anotherProcessIsKeptAway() throws Exception {
    Path path = folder.resolve("last.ckpt");
    Process other = Trainee.start("forever", path.toString());
    try {
      while (!Files.exists(path)) {
        assertTrue(other.isAlive(), () -> "ended by itself, see " + path + ".log");
        Thread.sleep(5);
      }
      String said =
          assertThrows(UncheckedIOException.class, () -> train(new LastCheckpoint(path)))
              .getMessage();
      String part = path + ": is being written by process " + other.pid() + " ";
      assertTrue(said.startsWith("LastCheckpoint: " + part), said);
      assertTrue(other.isAlive());
    } finally {
      other.destroyForcibly().waitFor();
    }
    // A dead one keeps nobody away.
    try (Model model = Checkpoint.load(path, m -> m.backend("reference"))) {
      Progress before = model.progress();
      model.fit(SmallNet.denseData(), Fit.moreEpochs(1).callbacks(new LastCheckpoint(path)));
      assertTrue(model.progress().step() > before.step());
    }
  }

  @Test
  void anotherTrainingOfThisProcessIsKeptAway() {
    for (Callback outer : callbacks()) {
      Callback inner =
          callbacks().stream().filter(c -> c.getClass() == outer.getClass()).findFirst().get();
      Callback nested =
          new Callback() {
            @Override
            public void onEpochEnd(Run run, long epoch, java.util.Map<String, Double> logs) {
              String said =
                  assertThrows(UncheckedIOException.class, () -> train(inner)).getMessage();
              assertTrue(said.contains("is being written by this process already"), said);
            }
          };
      try (Model model = SmallNet.dense()) {
        model.fit(SmallNet.denseData(), Fit.epochs(1).callbacks(outer, nested));
      }
      train(inner);
    }
    String[] left = folder.toFile().list();
    java.util.Arrays.sort(left);
    assertArrayEquals(new String[] {"best.ckpt", "last.ckpt", "log.csv"}, left);
  }

  /** Also where the training, or another callback at its end, has failed. */
  @Test
  void theLockGoesWithTheTraining() {
    IllegalStateException planted = new IllegalStateException("planted");
    for (boolean atEnd : new boolean[] {false, true}) {
      Callback fails =
          new Callback() {
            @Override
            public void onEpochEnd(Run run, long epoch, java.util.Map<String, Double> logs) {
              if (!atEnd) {
                throw planted;
              }
            }

            @Override
            public void onTrainEnd(Run run) {
              throw planted;
            }
          };
      for (Callback callback : callbacks()) {
        try (Model model = SmallNet.dense()) {
          Fit fit = Fit.epochs(1).callbacks(fails, callback);
          assertEquals(
              planted,
              assertThrows(
                  IllegalStateException.class, () -> model.fit(SmallNet.denseData(), fit)));
        }
        train(callback);
      }
    }
  }

  @Test
  void aFolderThatIsNotThereIsSaidAtTheBeginning() {
    Path path = folder.resolve("nowhere/last.ckpt");
    String said =
        assertThrows(UncheckedIOException.class, () -> train(new LastCheckpoint(path)))
            .getMessage();
    assertTrue(said.contains(path + ": there is no folder"), said);
  }
}
