package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** {@link Model#fit} from end to end on layers of {@link Mini}. */
class ModelFitTest {
  /** Points in the plane; the class says whether both coordinates have one sign. */
  static InMemoryDataset xor(int n, long seed) {
    Philox random = new Philox(seed, 1);
    Tensor x = Tensor.of(new float[2 * n], n, 2);
    Tensor y = Tensor.of(new float[n], n, 1);
    for (int i = 0; i < n; i++) {
      x.set(2 * i, random.normal(2L * i));
      x.set(2 * i + 1, random.normal(2L * i + 1));
      y.set(i, x.get(2 * i) * x.get(2 * i + 1) > 0 ? 1 : 0);
    }
    return InMemoryDataset.of(x, y).batch(16).shuffle(seed);
  }

  static Model xorModel(Backend backend, double dropout) {
    Symbol in = Mini.input("x", 2);
    return Sequential.of(
            in,
            Mini.dense(16, Activation.TANH).dropout(dropout).named("hidden"),
            Mini.dense(1, Activation.SIGMOID).named("score"))
        .backend(backend)
        .seed(7)
        .compile(new Adam(0.03), Loss.binaryCrossentropy(), new Accuracy());
  }

  @Test
  void learnsXorAndLeavesNothingBehind() {
    try (Backend backend = Backends.named("reference")) {
      Model m = xorModel(backend, 0);
      History h = m.fit(xor(200, 3), Fit.epochs(30).validation(xor(200, 4)));
      assertEquals(30, h.get("loss").size());
      assertTrue(h.last("val_accuracy") > 0.93, () -> "val_accuracy " + h.last("val_accuracy"));
      Map<String, Double> e = m.evaluate(xor(200, 4));
      assertEquals(h.last("val_accuracy"), e.get("accuracy"), 1e-12);
      m.predict(xor(50, 5));
      // 2x16+16 + 16+1 weights, and Adam's two slots for each, 4 bytes each.
      assertEquals(3 * 4 * (2 * 16 + 16 + 16 + 1), backend.memory().liveBytes());
      m.close();
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  /** Stops after a number of steps. */
  private record StopAfter(int steps) implements Callback {
    @Override
    public void onBatchEnd(
        Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
      if (run.model().progress().step() == steps) {
        run.model().requestStop();
      }
    }
  }

  @Test
  void restoredModelGoesOnBitForBit() {
    try (Backend backend = Backends.named("reference")) {
      Model straight = xorModel(backend, 0.2);
      History whole = straight.fit(xor(100, 3), Fit.epochs(4).validation(xor(60, 4)));

      Model first = xorModel(backend, 0.2);
      History before =
          first.fit(xor(100, 3), Fit.epochs(4).validation(xor(60, 4)).callbacks(new StopAfter(10)));
      assertEquals(new Progress(1, 3, 10), first.progress());
      assertEquals(1, before.epochs().size());
      Snapshot s = first.snapshot();

      Model second = xorModel(backend, 0.2).seed(99);
      second.restore(s);
      History after = second.fit(xor(100, 3), Fit.epochs(4).validation(xor(60, 4)));
      assertEquals(List.of(1L, 2L, 3L), after.epochs());
      for (String name : whole.values().keySet()) {
        List<Double> joined = new ArrayList<>(before.get(name));
        joined.addAll(after.get(name));
        assertEquals(whole.get(name), joined, name);
      }
      Map<String, Tensor> expected = straight.weights();
      second
          .weights()
          .forEach((name, t) -> assertArrayEquals(expected.get(name).floats(), t.floats(), name));
      assertEquals(straight.progress(), second.progress());
    }
  }
}
