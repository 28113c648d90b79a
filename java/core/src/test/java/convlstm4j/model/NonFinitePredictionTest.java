package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A prediction that is NaN or infinite is told, with the first layer and the place. */
class NonFinitePredictionTest {
  /** The second sample overflows in layer "a"; "b" makes NaN of it. */
  private static final Tensor X = Tensor.of(new float[] {1, 1, 1e30f, 1}, 2, 2);

  private static Model model() {
    Model m =
        Sequential.of(
                Mini.input("x", 2),
                Mini.dense(2, Activation.LINEAR).named("a"),
                Mini.dense(3, Activation.LINEAR).named("b"))
            .backend("reference");
    m.setWeights(
        List.of(
            Tensor.of(new float[] {1e30f, 1e30f, 0, 0}, 2, 2),
            Tensor.of(new float[2], 2),
            Tensor.of(new float[] {0, 1, 1, 0, 1, -1}, 2, 3),
            Tensor.of(new float[3], 3)));
    return m;
  }

  @Test
  void isToldWithLayerOutputSampleAndPlace() {
    List<NonFiniteException> told = new ArrayList<>();
    try (Model m = model().onNonFinite(told::add)) {
      m.predict(Tensor.of(new float[] {1, 1}, 1, 2));
      assertEquals(List.of(), told);
      Tensor y = m.predict(X).get(0);
      assertTrue(Double.isNaN(y.get(3)), y::toString);
      assertEquals(1, told.size());
      NonFiniteException e = told.get(0);
      assertEquals("a", e.where());
      assertEquals("predict", e.batch());
      assertEquals(
          "batch \"predict\": output \"b\" is NaN in sample 1 at [0], first the output of layer"
              + " \"a\"",
          e.getMessage());
      m.predict(InMemoryDataset.of(List.of(X), List.of()));
      assertEquals(2, told.size());
    }
  }

  @Test
  void aHandlerThatThrowsEndsTheCall() {
    IllegalArgumentException mine = new IllegalArgumentException("mine");
    try (Model m =
        model()
            .onNonFinite(
                e -> {
                  throw mine;
                })) {
      assertSame(mine, assertThrows(IllegalArgumentException.class, () -> m.predict(X)));
      assertEquals(2e30f, m.predict(Tensor.of(new float[] {1, 1}, 1, 2)).get(0).get(1), 1e24);
    }
  }

  /** An infinite score has a finite loss, since the cross-entropy bounds it. */
  @Test
  void isToldOfAnEvaluation() {
    List<NonFiniteException> told = new ArrayList<>();
    try (Model m =
        Sequential.of(Mini.input("x", 1), Mini.dense(1, Activation.LINEAR).named("a"))
            .backend("reference")
            .onNonFinite(told::add)) {
      m.setWeights(List.of(Tensor.of(new float[] {1e30f}, 1, 1), Tensor.of(new float[1], 1)));
      m.compile(new SGD(0.1), Loss.binaryCrossentropy(), new BinaryAccuracy());
      Batch batch =
          Batch.of(Tensor.of(new float[] {0, 1e30f}, 2, 1), Tensor.of(new float[] {0, 1}, 2, 1));
      m.evaluate(InMemoryDataset.of(batch));
      assertEquals(1, told.size());
      String message = told.get(0).getMessage();
      assertTrue(message.contains("output \"a\" is Infinity in sample 1 at [0]"), message);
    }
  }

  /** A loss that is not finite now names the layer in an evaluation, too. */
  @Test
  void aLossNamesTheLayer() {
    try (Model m = model().compile(new SGD(0.1), Loss.meanSquaredError())) {
      Batch batch = Batch.of(X, Tensor.of(new float[6], 2, 3));
      NonFiniteException e =
          assertThrows(NonFiniteException.class, () -> m.evaluate(InMemoryDataset.of(batch)));
      assertEquals("a", e.where());
    }
  }
}
