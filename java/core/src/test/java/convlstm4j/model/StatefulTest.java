package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a stateful layer remembers goes on from batch to batch, and into snapshots. */
class StatefulTest {
  private static final Tensor X = Tensor.of(new float[] {1, 10}, 2, 1);

  @Test
  void statesGoOnUntilTheyAreReset() {
    try (Backend backend = Backends.named("reference")) {
      Symbol in = Mini.input("x", 1);
      Model m = Model.of(in, new Mini.Running().named("run").apply(in)).backend(backend);
      assertArrayEquals(new float[] {1, 10}, m.predict(X).get(0).floats());
      assertArrayEquals(new float[] {2, 20}, m.predict(X).get(0).floats());
      Snapshot s = m.snapshot();
      assertArrayEquals(new float[] {3, 30}, m.predict(X).get(0).floats());
      m.resetStates();
      // Another size of batch is welcome after a reset.
      assertArrayEquals(
          new float[] {5}, m.predict(Tensor.of(new float[] {5}, 1, 1)).get(0).floats());
      m.restore(s);
      assertArrayEquals(new float[] {3, 30}, m.predict(X).get(0).floats());
      List<List<Tensor>> all = m.predict(InMemoryDataset.of(List.of(X), List.of()));
      assertArrayEquals(new float[] {4, 40}, all.get(0).get(0).floats());
      m.close();
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  @Test
  void trainingCarriesStatesAndRestoresThem() {
    try (Backend backend = Backends.named("reference")) {
      Model m = model(backend);
      Model twin = model(backend);
      Batch batch = Batch.of(X, Tensor.of(new float[] {1, 0}, 2, 1));
      m.trainOnBatch(batch);
      twin.restore(m.snapshot());
      Map<String, Double> a = m.trainOnBatch(batch);
      assertEquals(a, twin.trainOnBatch(batch));
      assertArrayEquals(new float[] {2, 20}, m.snapshot().states().get("run/sum").floats());
      StepTest.assertSame(m.weights(), twin.weights(), 0);
    }
  }

  private static Model model(Backend backend) {
    Symbol in = Mini.input("x", 1);
    Symbol run = new Mini.Running().named("run").apply(in);
    return Model.of(in, Mini.dense(1, Activation.SIGMOID).named("d").apply(run))
        .backend(backend)
        .compile(new SGD(0.1), Loss.binaryCrossentropy());
  }
}
