package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loaded stateful model is used from zeros and trained from where it was. */
class StatefulCheckpointTest {
  private static final Tensor X = random(1, 4, 3, 2);
  private static final Tensor Y = random(2, 4, 1);
  private static final InMemoryDataset DATA = InMemoryDataset.of(Batch.of(X, Y)).batch(2);

  @TempDir Path folder;

  private static Tensor random(long seed, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, new Philox(seed, 0).normal(i));
    }
    return t;
  }

  private static Model model() {
    return Sequential.of(
            Input.shape(3, 2), new LSTM(3).stateful(true).named("memory"), new Dense(1))
        .backend("reference")
        .seed(3)
        .compile(new SGD(0.1), Loss.meanSquaredError());
  }

  private static Model load(Path file) {
    return Checkpoint.load(file, m -> m.backend("reference"));
  }

  private Path trained() {
    Path file = folder.resolve("m.ckpt");
    try (Model m = model()) {
      m.fit(DATA, Fit.epochs(1));
      Checkpoint.save(m, file);
    }
    return file;
  }

  @Test
  void useBeginsWithZerosAndTrainingGoesOn() {
    Path file = trained();
    try (Model used = load(file);
        Model zero = load(file);
        Model straight = model()) {
      zero.resetStates();
      // Batches of another size, too.
      assertArrayEquals(zero.predict(X).get(0).floats(), used.predict(X).get(0).floats());
      used.resetStates();
      zero.resetStates();
      assertEquals(zero.evaluate(DATA), used.evaluate(DATA));
      straight.fit(DATA, Fit.epochs(2));
      try (Model resumed = load(file)) {
        resumed.predict(X);
        resumed.evaluate(InMemoryDataset.of(Batch.of(X, Y)).batch(4));
        resumed.fit(DATA, Fit.epochs(2));
        straight
            .weights()
            .forEach(
                (name, t) -> assertArrayEquals(t.floats(), resumed.weights().get(name).floats()));
        assertEquals(straight.snapshot().states().keySet(), resumed.snapshot().states().keySet());
      }
    }
  }

  /** Saved again before training goes on, and into a model that is there. */
  @Test
  void whatIsSetAsideIsNotLost() {
    Path file = trained();
    Path again = folder.resolve("again.ckpt");
    try (Model m = load(file);
        Model into = model()) {
      Map<String, Tensor> states = m.snapshot().states();
      assertEquals(2, states.size());
      m.predict(X);
      Checkpoint.save(m, again);
      Checkpoint.loadInto(into, again);
      states.forEach(
          (name, t) -> assertArrayEquals(t.floats(), into.snapshot().states().get(name).floats()));
      Tensor first = into.predict(X).get(0);
      m.resetStates();
      assertEquals(Map.of(), m.snapshot().states());
      assertArrayEquals(first.floats(), m.predict(X).get(0).floats());
    }
  }

  @Test
  void someSamplesBeginAnew() {
    try (Model m = model()) {
      float[] zeros = m.predict(X).get(0).floats();
      float[] second = m.predict(X).get(0).floats();
      m.resetStates();
      m.predict(X);
      m.resetStates(0, 2);
      assertArrayEquals(
          new float[] {zeros[0], second[1], zeros[2], second[3]}, m.predict(X).get(0).floats());
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> m.resetStates(4));
      assertEquals("resetStates: sample 4, the states have samples 0 to 3", e.getMessage());
    }
  }

  /** Before the first step: nothing is trained on an epoch that cannot be finished. */
  @Test
  void aLastShortBatchIsRefusedBeforeTheWorkBegins() {
    InMemoryDataset uneven = InMemoryDataset.of(Batch.of(X, Y)).batch(3);
    try (Model m = model()) {
      String why =
          ": the model is stateful, its batches must have one size; these have [3, 1] samples:"
              + " choose a batch size that divides the number of samples";
      assertRefused("fit" + why, () -> m.fit(uneven, Fit.epochs(1)));
      assertRefused("evaluate" + why, () -> m.evaluate(uneven));
      assertRefused("predict" + why, () -> m.predict(uneven));
      assertEquals(0, m.progress().step());
      assertRefused(
          "fit: the model is stateful, its batches must have one size; these have [2, 4]",
          () -> m.fit(DATA, Fit.epochs(1).validation(DATA.batch(4))));
      m.fit(DATA, Fit.epochs(1));
      assertRefused(
          "fit: the stateful layers go on from batches of 2 samples (state \"memory/",
          () -> m.fit(DATA.batch(4), Fit.epochs(2)));
    }
  }

  private static void assertRefused(String start, org.junit.jupiter.api.function.Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().startsWith(start), e::getMessage);
  }
}
