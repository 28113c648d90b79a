package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputGradientsTest {
  private static final int FRAMES = 4;

  private static Model model() {
    Symbol x = Input.named("video", Input.ANY, 3, 4, 1);
    Symbol y = new ConvLSTM2D(2, 3).returnSequences(true).named("memory").apply(x);
    y = new Dropout(0.5).apply(new BatchNormalization().named("norm").apply(y));
    y = new TimeDistributed(new Flatten()).apply(y);
    Symbol a = new TimeDistributed(new Dense(2)).named("a").apply(y);
    Symbol b = new TimeDistributed(new Dense(1)).named("b").apply(y);
    return Model.of(List.of(x), List.of(a, b)).backend("reference").dtype(DType.FLOAT64).seed(3);
  }

  private static Tensor video() {
    Tensor x = Tensor.zeros(DType.FLOAT64, Shape.of(1, FRAMES, 3, 4, 1));
    Philox random = new Philox(5, 0);
    for (int i = 0; i < x.size(); i++) {
      x.set(i, random.uniform(i) - 0.5);
    }
    return x;
  }

  /** As differences of predictions are; what is later than a score has no part in it. */
  @Test
  void areThoseOfThePrediction() {
    try (Model model = model()) {
      Tensor x = video();
      Tensor before = model.predict(x).get(0);
      Tensor weights = Tensor.zeros(DType.FLOAT64, before.shape());
      weights.set(1 * 2 + 0, 1); // frame 1, number 0
      weights.set(2 * 2 + 1, -3); // frame 2, number 1
      Tensor g = InputGradients.of(model, List.of(x), "a", weights).get(0);
      assertEquals(x.shape(), g.shape());
      double h = 1e-5;
      double largest = 0;
      for (int i = 0; i < x.size(); i++) {
        double at = x.get(i);
        x.set(i, at + h);
        double more = sum(model.predict(x).get(0), weights);
        x.set(i, at - h);
        double less = sum(model.predict(x).get(0), weights);
        x.set(i, at);
        assertEquals((more - less) / (2 * h), g.get(i), 1e-6, "number " + i);
        largest = Math.max(largest, Math.abs(g.get(i)));
        assertTrue(i < 3 * 12 || g.get(i) == 0, "frame 3 is later");
      }
      assertTrue(largest > 1e-3, "all are zero");
      assertArrayEquals(before.doubles(), model.predict(x).get(0).doubles(), "nothing has changed");
    }
  }

  private static double sum(Tensor y, Tensor weights) {
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum += y.get(i) * weights.get(i);
    }
    return sum;
  }

  @Test
  void wrongCalls() {
    try (Model model = model()) {
      Tensor weights = Tensor.zeros(DType.FLOAT64, Shape.of(1, FRAMES, 1));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> InputGradients.of(model, List.of(video()), "c", weights));
      assertTrue(e.getMessage().contains("no output \"c\", it has [a, b]"), e.getMessage());
      e =
          assertThrows(
              IllegalArgumentException.class,
              () -> InputGradients.of(model, List.of(video()), "a", weights));
      assertTrue(e.getMessage().contains("weights [1, 4, 1]"), e.getMessage());
      assertTrue(e.getMessage().contains("expected [1, 4, 2]"), e.getMessage());
      assertEquals(1, InputGradients.of(model, List.of(video()), "b", weights).size());
    }
  }
}
