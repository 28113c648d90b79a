package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Predictions some frames at a time that go wrong: who is named, and what is left. */
class StretchedPredictTest {
  private static Tensor video(int samples, double last) {
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(samples, 6, 3));
    for (int i = 0; i < x.size(); i++) {
      x.set(i, Math.sin(i));
    }
    x.set(x.size() - 1, last);
    return x;
  }

  /** What makes it lies in a phase before the one whose results are looked at. */
  @Test
  void namesTheFirstLayerWhoseResultIsNotFinite() {
    Symbol v = Input.named("x", Input.ANY, 3);
    Symbol x = new Dense(3).named("first").apply(v);
    x = new Dense(4).named("bad").apply(x);
    x = new Bidirectional(new LSTM(2).returnSequences(true)).named("both").apply(x);
    try (Model m = Model.of(v, new Dense(1).named("last").apply(x)).backend("reference")) {
      List<Tensor> weights = new ArrayList<>(m.weights().values());
      Tensor kernel = weights.get(2).copy();
      kernel.set(0, 3e38);
      kernel.set(4, 3e38);
      weights.set(2, kernel);
      m.setWeights(weights);
      List<Optional<String>> said = new ArrayList<>();
      m.onNonFinite(e -> said.add(Optional.of(e.getMessage()).filter(s -> s.contains("\"bad\""))));
      for (int frames : new int[] {6, 2}) {
        m.stretch(frames).predict(large());
      }
      assertEquals(List.of(true, true), said.stream().map(Optional::isPresent).toList());
    }
  }

  private static Tensor large() {
    Tensor x = video(1, 0);
    for (int i = 0; i < x.size(); i++) {
      x.set(i, 1e6 * (1 + i));
    }
    return x;
  }

  @Test
  void onePredictionThatFailsLeavesNoStates() {
    Symbol v = Input.batchShape(2, Input.ANY, 3);
    Symbol y = new LSTM(2).stateful(true).returnSequences(true).apply(v);
    for (int frames : new int[] {6, 2}) {
      try (Model m = Model.of(v, y).backend("reference").stretch(frames)) {
        assertThrows(NonFiniteException.class, () -> m.predict(video(2, Double.NaN)));
        assertEquals(List.of(), List.copyOf(m.session.engine().usedStates().keySet()));
        m.predict(video(2, 0));
        assertEquals(2, m.session.engine().usedStates().size());
      }
    }
  }
}
