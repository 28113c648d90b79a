package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.data.Batch;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** First weights are drawn when something reads them, and not at all if all of them are given. */
class FirstWeightsTest {
  private final AtomicInteger drawn = new AtomicInteger();

  private Model model() {
    Mini.DenseLayer layer =
        Mini.dense(2, Activation.TANH)
            .initializer(
                (shape, random) -> {
                  drawn.incrementAndGet();
                  double[] values = new double[(int) shape.elements()];
                  Arrays.setAll(values, random::normal);
                  return values;
                });
    return Sequential.of(Mini.input("x", 3), layer).backend("reference").seed(5);
  }

  private static List<Tensor> weights() {
    return List.of(
        Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(3, 2)),
        Tensor.of(new float[] {7, 8}, Shape.of(2)));
  }

  private static float[] kernel(Model m) {
    return m.weights().values().iterator().next().floats();
  }

  @Test
  void areNotDrawnWhereAllAreGiven() {
    try (Model m = model()) {
      m.setWeights(weights());
      assertArrayEquals(weights().get(0).floats(), kernel(m));
      m.predict(Tensor.zeros(DType.FLOAT32, Shape.of(1, 3)));
      assertEquals(0, drawn.get());
    }
  }

  @Test
  void areNotDrawnWhereASnapshotIsTaken() {
    Snapshot s;
    float[] trained;
    try (Model m = model().compile(new Adam(0.1), Loss.meanSquaredError())) {
      m.trainOnBatch(
          new Batch(
              List.of(Tensor.zeros(DType.FLOAT32, Shape.of(1, 3))),
              List.of(Tensor.zeros(DType.FLOAT32, Shape.of(1, 2))),
              List.of(),
              "a batch"));
      s = m.snapshot();
      trained = kernel(m);
    }
    assertEquals(1, drawn.getAndSet(0));
    try (Model m = model().compile(new Adam(0.1), Loss.meanSquaredError())) {
      m.restore(s);
      assertArrayEquals(trained, kernel(m));
      assertEquals(0, drawn.get());
    }
  }

  @Test
  void areWhatTheSeedSaysAfterWhatWasGivenWasRefused() {
    float[] expected;
    Snapshot of;
    try (Model m = model().compile(new Adam(0.1), Loss.meanSquaredError())) {
      expected = kernel(m);
      m.trainOnBatch(
          new Batch(
              List.of(Tensor.of(new float[] {1, 2, 3}, Shape.of(1, 3))),
              List.of(Tensor.zeros(DType.FLOAT32, Shape.of(1, 2))),
              List.of(),
              "a batch"));
      of = m.snapshot();
    }
    try (Model m = model().compile(new SGD(0.1), Loss.meanSquaredError())) {
      assertThrows(
          IllegalArgumentException.class,
          () -> m.setWeights(List.of(weights().get(1), weights().get(0))));
      assertThrows(IllegalArgumentException.class, () -> m.restore(of)); // Adam's slots
      assertArrayEquals(expected, kernel(m));
      Map<String, Tensor> all = m.weights();
      assertEquals(2, all.size());
    }
  }
}
