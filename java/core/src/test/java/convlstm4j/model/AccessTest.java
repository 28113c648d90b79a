package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** One thread at a time uses a model, and nobody once it is closed. */
class AccessTest {
  private static final Tensor X = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
  private static final Batch BATCH = Batch.of(X, Tensor.of(new float[] {1, 0}, 2, 1));
  private static final InMemoryDataset DATA = InMemoryDataset.of(BATCH);

  private static Model model() {
    return Sequential.of(Mini.input("x", 2), Mini.dense(1, Activation.SIGMOID).named("d"))
        .backend("reference")
        .compile(new SGD(0.1), Loss.binaryCrossentropy());
  }

  /** Everything that reads or changes weights, states or training; not what any thread may ask. */
  private static Map<String, Executable> uses(Model m) {
    Map<String, Executable> uses = new LinkedHashMap<>();
    uses.put("compile", () -> m.compile(new SGD(0.1), Loss.meanSquaredError()));
    uses.put("fit", () -> m.fit(DATA, Fit.epochs(1)));
    uses.put("trainOnBatch", () -> m.trainOnBatch(BATCH));
    uses.put("evaluate", () -> m.evaluate(DATA));
    uses.put("predict", () -> m.predict(X));
    uses.put("predict ", () -> m.predict(DATA));
    uses.put("predict  ", () -> m.predict(DATA, (batch, outputs) -> {}));
    uses.put("resetStates", m::resetStates);
    uses.put("weights", m::weights);
    uses.put("setWeights", () -> m.setWeights(List.of()));
    uses.put("snapshot", m::snapshot);
    uses.put(
        "restore",
        () ->
            m.restore(
                new Snapshot(
                    0,
                    Progress.START,
                    Double.NaN,
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of())));
    uses.put("learningRate", () -> m.learningRate(0.2));
    uses.put("memoryEstimate", () -> m.memoryEstimate(false, Shape.of(1, 2)));
    return uses;
  }

  private static void askFreely(Model m) {
    assertEquals("sequential", m.name());
    assertEquals(1, m.network().inputs().size());
    assertEquals(DType.FLOAT32, m.dtype());
    assertTrue(m.compilation().isPresent());
    assertTrue(m.summary().contains("Total params"), m::summary);
    assertEquals(1, m.progress().step());
    m.requestStop();
    assertTrue(m.isStopRequested());
  }

  @Test
  void afterCloseEveryUseIsRefused() {
    Model m = model();
    m.trainOnBatch(BATCH);
    m.close();
    Map<String, Executable> uses = uses(m);
    uses.put("backend", () -> m.backend("reference"));
    uses.put("dtype", () -> m.dtype(DType.FLOAT64));
    uses.put("seed", () -> m.seed(1));
    uses.put("profile", () -> m.profile(null));
    uses.forEach(
        (what, use) -> {
          IllegalStateException e = assertThrows(IllegalStateException.class, use, what);
          assertEquals(
              what.strip()
                  + ": the model is closed and its weights are gone; make or load it anew, and close"
                  + " it after its last use",
              e.getMessage());
        });
    askFreely(m);
    m.close();
  }

  /** The backend is the caller's and may be closed too early. */
  @Test
  void aClosedBackendIsNamed() {
    Backend backend = Backends.named("reference");
    Model m = Sequential.of(Mini.input("x", 2), Mini.dense(1, Activation.SIGMOID)).backend(backend);
    m.predict(X);
    backend.close();
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> m.predict(X));
    assertTrue(e.getMessage().contains("the backend reference is closed"), e::getMessage);
    m.close();
    assertEquals(0, backend.memory().liveBytes());
  }

  @Test
  void aSecondThreadIsRefusedAndTheFirstGoesOn() throws Exception {
    try (Model m = model()) {
      m.trainOnBatch(BATCH);
      Tensor expected = m.predict(X).get(0);
      ExecutorService other = Executors.newSingleThreadExecutor(r -> new Thread(r, "other"));
      try {
        m.predict(
            DATA,
            (batch, outputs) -> {
              Map<String, Executable> uses = uses(m);
              uses.put("close", m::close);
              uses.forEach((what, use) -> assertRefused(what.strip(), use, other));
              run(other, () -> askFreely(m));
              // The same thread may come back, as callbacks do.
              assertEquals(expected.get(0), m.predict(X).get(0).get(0));
              assertEquals(expected.get(0), outputs.get(0).get(0));
            });
        // One after the other is fine.
        run(other, () -> assertEquals(expected.get(0), m.predict(X).get(0).get(0)));
        assertEquals(expected.get(0), m.predict(X).get(0).get(0));
      } finally {
        other.shutdown();
      }
    }
  }

  private static void assertRefused(String what, Executable use, ExecutorService other) {
    String mine = Thread.currentThread().getName();
    run(
        other,
        () -> {
          IllegalStateException e = assertThrows(IllegalStateException.class, use, what);
          assertEquals(
              what
                  + ": the model is used by two threads at once, \""
                  + mine
                  + "\" is in predict; use one model per thread, or a Predictor for predictions by many",
              e.getMessage());
        });
  }

  private static void run(ExecutorService other, Executable work) {
    try {
      other
          .submit(
              () -> {
                try {
                  work.execute();
                } catch (Error | RuntimeException e) {
                  throw e;
                } catch (Throwable e) {
                  throw new AssertionError(e);
                }
              })
          .get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
