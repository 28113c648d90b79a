package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks: their order, what they do, and that interrupted runs go on as whole ones. */
class CallbackTest {
  private final Backend backend = Backends.named("reference");
  private final InMemoryDataset data = ModelFitTest.xor(48, 3);

  @AfterEach
  void close() {
    backend.close();
  }

  private Model model() {
    return ModelFitTest.xorModel(backend, 0.2);
  }

  /** Writes down what it is told. */
  private static final class Diary implements Callback {
    final List<String> lines = new ArrayList<>();
    private final String name;

    Diary(String name) {
      this.name = name;
    }

    @Override
    public void onTrainBegin(Run run) {
      lines.add(name + "train begin " + run.epochs() + " " + run.batches());
    }

    @Override
    public void onTrainEnd(Run run) {
      lines.add(name + "train end");
    }

    @Override
    public void onEpochBegin(Run run, long epoch) {
      lines.add(name + "epoch begin " + epoch);
    }

    @Override
    public void onBatchEnd(
        Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
      lines.add(
          name
              + "batch "
              + epoch
              + "."
              + batch
              + " "
              + run.model().progress().batch()
              + " "
              + logs.get().keySet());
    }

    @Override
    public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
      lines.add(
          name + "epoch end " + epoch + " " + run.model().progress().epoch() + " " + logs.keySet());
    }
  }

  @Test
  void orderOfCalls() {
    Diary diary = new Diary("");
    model().fit(data.batch(30), Fit.epochs(2).validation(data).callbacks(diary));
    String logs = "[loss, accuracy]";
    String all = "[loss, accuracy, val_loss, val_accuracy]";
    assertEquals(
        List.of(
            "train begin 2 2",
            "epoch begin 0",
            "batch 0.0 1 " + logs,
            "batch 0.1 2 " + logs,
            "epoch end 0 1 " + all,
            "epoch begin 1",
            "batch 1.0 1 " + logs,
            "batch 1.1 2 " + logs,
            "epoch end 1 2 " + all,
            "train end"),
        diary.lines);
  }

  @Test
  void callbacksWithMemoryComeFirst() {
    List<String> order = new ArrayList<>();
    record Named(String name, String key, List<String> order) implements Callback {
      @Override
      public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
        order.add(name);
      }
    }
    model()
        .fit(
            data,
            Fit.epochs(1)
                .callbacks(
                    new Named("a", "", order),
                    new Named("b", "k", order),
                    new Named("c", "", order),
                    new Named("d", "k", order)));
    assertEquals(List.of("b", "d", "a", "c"), order);
  }

  @Test
  void failureEndsTrainingAndIsTold() {
    Diary diary = new Diary("");
    Callback fails =
        new Callback() {
          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            throw new IllegalStateException("disk full");
          }
        };
    Model m = model();
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> m.fit(data, Fit.epochs(3).callbacks(diary, fails)));
    assertEquals("disk full", e.getMessage());
    assertEquals("train end", diary.lines.get(diary.lines.size() - 1));
    assertEquals(1, m.progress().epoch());
    assertEquals(2, m.fit(data, Fit.epochs(3)).epochs().size());
  }

  @Test
  void stopRequestsFinishTheRunningStep() {
    Model m = model();
    m.requestStop();
    assertEquals(List.of(), m.fit(data, Fit.epochs(2)).epochs());
    assertEquals(Progress.START, m.progress());
    Callback stop =
        new Callback() {
          @Override
          public void onBatchEnd(
              Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
            if (epoch == 1 && batch == run.batches() - 1) {
              run.model().requestStop();
            }
          }
        };
    // The last batch is done, the validation is not: the epoch stays in progress.
    History h = m.fit(data, Fit.epochs(3).validation(data).callbacks(stop));
    assertEquals(List.of(0L), h.epochs());
    assertEquals(new Progress(1, data.batches(), 6), m.progress());
    Model whole = model();
    History all = whole.fit(data, Fit.epochs(3).validation(data));
    History rest = m.fit(data, Fit.epochs(3).validation(data));
    assertEquals(List.of(1L, 2L), rest.epochs());
    assertEquals(all.get("loss").subList(1, 3), rest.get("loss"));
    assertEquals(all.get("val_loss").subList(1, 3), rest.get("val_loss"));
    StepTest.assertSame(whole.weights(), m.weights(), 0);
    assertEquals(List.of(), m.fit(data, Fit.epochs(3)).epochs());
    assertEquals(List.of(3L, 4L), m.fit(data, Fit.moreEpochs(2)).epochs());
  }

  @Test
  void modelCannotBeChangedWhileItIsTrained() {
    Callback meddles =
        new Callback() {
          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            Model m = run.model();
            assertThrows(IllegalStateException.class, m::close);
            assertThrows(IllegalStateException.class, () -> m.restore(m.snapshot()));
            assertThrows(
                IllegalStateException.class, () -> m.compile(new SGD(), Loss.meanSquaredError()));
            assertThrows(IllegalStateException.class, () -> m.fit(data, Fit.epochs(1)));
          }
        };
    assertEquals(1, model().fit(data, Fit.epochs(1).callbacks(meddles)).epochs().size());
  }

  /** Feeds a callback the values of a log; the model stands still. */
  private Model replay(Callback callback, double... values) {
    Model m = model().compile(new SGD(0.5), Loss.binaryCrossentropy(), new Accuracy());
    replay(m, callback, values);
    return m;
  }

  private void replay(Model m, Callback callback, double... values) {
    Callback fakes =
        new Callback() {
          @Override
          public String key() {
            return "fakes";
          }

          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            logs.put("loss", values[(int) epoch]);
            logs.put("accuracy", values[(int) epoch]);
          }
        };
    m.fit(data, Fit.epochs(values.length).callbacks(fakes, callback));
  }

  @Test
  void earlyStoppingWaits() {
    EarlyStopping c = new EarlyStopping("loss").patience(2);
    assertEquals(4, replay(c, 3, 2, 2.5, 2, 2.1, 1, 1).progress().epoch());
    assertTrue(c.stopped());
    assertEquals(
        6, replay(new EarlyStopping("loss").patience(2), 3, 2, 3, 1, 3, 0).progress().epoch());
    // Up is better for accuracy, and small changes do not count.
    Model m = replay(new EarlyStopping("accuracy").patience(1).minDelta(0.1), 0.5, 0.65, 0.7, 0.9);
    assertEquals(3, m.progress().epoch());
    assertEquals(
        2, replay(new EarlyStopping("accuracy").mode("min"), 0.5, 0.6, 0.7).progress().epoch());
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping("loss").mode("down"));
  }

  @Test
  void earlyStoppingRestoresTheBestWeights() {
    List<Map<String, Tensor>> seen = new ArrayList<>();
    Model m = model();
    Callback spy =
        new Callback() {
          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            seen.add(run.model().weights());
          }
        };
    double[] losses = {3, 1, 2, 2, 2};
    Callback fakes =
        new Callback() {
          @Override
          public String key() {
            return "fakes";
          }

          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            logs.put("loss", losses[(int) epoch]);
          }
        };
    EarlyStopping c = new EarlyStopping("loss").patience(2).restoreBest(true);
    m.fit(data, Fit.epochs(5).callbacks(fakes, c, spy));
    assertEquals(4, seen.size());
    StepTest.assertSame(seen.get(1), m.weights(), 0);
  }

  @Test
  void plateauLowersTheRate() {
    Callback c = new ReduceOnPlateau("loss").factor(0.5).patience(2).minRate(0.1);
    Model m = replay(c, 3, 2, 2, 2);
    assertEquals(0.25, m.learningRate());
    m = replay(c, 3, 2, 2, 2, 2, 2);
    assertEquals(0.125, m.learningRate());
    m = replay(c, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    assertEquals(0.1, m.learningRate());
    // One epoch of cooling: a reduction at epoch 3, the next epoch does not count.
    Callback cool = new ReduceOnPlateau("loss").factor(0.5).patience(2).cooldown(2);
    assertEquals(0.25, replay(cool, 3, 2, 2, 2, 2).learningRate());
    assertEquals(0.125, replay(cool, 3, 2, 2, 2, 2, 2, 2).learningRate());
  }

  @Test
  void interruptedCallbacksGoOnAsWholeOnes() {
    double[] values = {3, 2, 2.5, 2.2, 2.4, 2.6, 2.3, 1};
    Supplier<Callback[]> callbacks =
        () ->
            new Callback[] {
              new EarlyStopping("loss").patience(5).restoreBest(true),
              new ReduceOnPlateau("loss").factor(0.5).patience(3)
            };
    Model whole = model().compile(new SGD(0.5), Loss.binaryCrossentropy());
    fitFaked(whole, values, 8, callbacks.get());
    Model first = model().compile(new SGD(0.5), Loss.binaryCrossentropy());
    fitFaked(first, values, -4, callbacks.get());
    Snapshot s = first.snapshot();
    Model second = model().compile(new SGD(0.5), Loss.binaryCrossentropy());
    second.restore(s);
    fitFaked(second, values, 8, callbacks.get());
    assertEquals(7, whole.progress().epoch());
    assertEquals(whole.progress(), second.progress());
    assertEquals(0.25, whole.learningRate());
    assertEquals(0.25, second.learningRate());
    StepTest.assertSame(whole.weights(), second.weights(), 0);
  }

  /** Trains with faked losses; a negative number of epochs stops after so many by request. */
  private void fitFaked(Model m, double[] values, int epochs, Callback... callbacks) {
    Callback fakes =
        new Callback() {
          @Override
          public String key() {
            return "fakes";
          }

          @Override
          public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
            logs.put("loss", values[(int) epoch]);
            if (epoch + 1 == -epochs) {
              run.model().requestStop();
            }
          }
        };
    m.fit(data, Fit.epochs(values.length).callbacks(fakes).callbacks(callbacks));
  }

  @Test
  void csvLogWritesThroughAndGoesOn(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("log.csv");
    Files.writeString(file, "old rubbish\n");
    Model m = model();
    History h = m.fit(data, Fit.epochs(2).callbacks(new CsvLog(file)));
    List<String> lines = Files.readAllLines(file);
    assertEquals("epoch,loss,accuracy", lines.get(0));
    assertEquals(3, lines.size());
    assertEquals("1," + h.last("loss") + "," + h.last("accuracy"), lines.get(2));
    Snapshot s = m.snapshot();
    // Epoch 2 was logged, but its model was lost; a line was cut short.
    Files.writeString(file, String.join("\n", lines) + "\n2,0.5,0.5\n3,0.");
    m.fit(data, Fit.epochs(3).callbacks(new CsvLog(file)));
    List<String> more = Files.readAllLines(file);
    assertEquals(lines, more.subList(0, 3));
    assertEquals(4, more.size());
    assertTrue(more.get(3).startsWith("2,") && !more.get(3).equals("2,0.5,0.5"), more.get(3));
    Model other = model();
    other.restore(s);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> other.fit(data, Fit.epochs(3).validation(data).callbacks(new CsvLog(file))));
    assertTrue(e.getMessage().contains("val_loss"), e.getMessage());
    Path nowhere = dir.resolve("no/such/log.csv");
    UncheckedIOException none =
        assertThrows(
            UncheckedIOException.class,
            () -> model().fit(data, Fit.epochs(1).callbacks(new CsvLog(nowhere))));
    assertEquals(2, none.getMessage().split(Pattern.quote(nowhere.toString()), -1).length);
    assertTrue(none.getMessage().startsWith("CsvLog: " + nowhere + ": "), none.getMessage());
  }

  /** Whatever writes the file names it once, with a reason. */
  @Test
  void aCsvLogThatGoesAwayIsNamedOnce(@TempDir Path dir) {
    Path file = dir.resolve("log.csv");
    Callback away =
        new Callback() {
          @Override
          public void onEpochBegin(Run run, long epoch) {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () -> model().fit(data, Fit.epochs(1).callbacks(new CsvLog(file), away)));
    assertEquals(
        "CsvLog: " + file + ": cannot be written: the file or its folder is gone", e.getMessage());
  }

  /** A kill leaves a line too few, too many or half of one; the history is in the snapshot. */
  @Test
  void csvLogIsBroughtInLine(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("log.csv");
    Model m = model();
    m.fit(data, Fit.epochs(2).callbacks(new CsvLog(file)));
    m.fit(data, Fit.epochs(3).callbacks(new CsvLog(file)));
    String whole = Files.readString(file);
    Snapshot s = m.snapshot();
    List<String> lines = whole.lines().toList();
    assertEquals(4, lines.size());
    for (String damaged :
        List.of(
            "",
            "epoch,lo",
            lines.get(0) + "\n",
            String.join("\n", lines.subList(0, 3)) + "\n",
            lines.get(0) + "\n" + lines.get(2) + "\n",
            whole.substring(0, whole.length() - 3),
            whole.substring(0, whole.length() - 1),
            whole + "3,0.5,0.5\n",
            whole + "3,0.5",
            whole.replace(lines.get(1), "0,7,7"))) {
      Files.writeString(file, damaged);
      Model other = model();
      other.restore(s);
      other.fit(data, Fit.epochs(3).callbacks(new CsvLog(file)));
      assertEquals(whole, Files.readString(file), damaged);
    }
    Files.delete(file);
    Model other = model();
    other.restore(s);
    other.fit(data, Fit.epochs(4).callbacks(new CsvLog(file)));
    assertTrue(Files.readString(file).startsWith(whole + "3,"), () -> "after " + whole);
  }

  @Test
  void progressLogSaysWhereItIs() {
    List<String> lines = new ArrayList<>();
    model().fit(data, Fit.epochs(1).callbacks(new ProgressLog(lines::add).every(0)));
    assertEquals(data.batches() + 1, lines.size());
    assertTrue(
        lines
            .get(0)
            .matches("epoch 1/1, batch 1/3, \\d+ s left in the epoch: loss .*, accuracy .*"),
        lines.get(0));
    assertTrue(
        lines.get(3).matches("epoch 1/1, \\d+\\.\\d s: loss \\d\\.\\d{4}, accuracy \\d\\.\\d{4}"),
        lines.get(3));
  }

  @Test
  void keysOfEqualCallbacksDiffer() {
    Model m = model();
    m.fit(
        data,
        Fit.epochs(1)
            .callbacks(
                new EarlyStopping("loss").patience(3), new EarlyStopping("loss").patience(9)));
    assertEquals(
        List.of("early_stopping/loss", "early_stopping/loss_1", "history"),
        List.copyOf(m.snapshot().callbacks().keySet()));
    assertFalse(m.snapshot().callbacks().get("early_stopping/loss_1").isEmpty());
  }
}
