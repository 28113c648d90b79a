package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Pass.Kind;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PassTest {
  private static final Shape X = Shape.of(5, 7);
  private static final long FEEDS = 5 * 7 + 5 * 3; // x, target

  private static long batchBytes(Kind kind, boolean ahead, Metric... metrics) {
    return batchBytes(kind, ahead, Set.of(), metrics);
  }

  private static long batchBytes(
      Kind kind, boolean ahead, Set<Integer> weighted, Metric... metrics) {
    Symbol x = Input.shape(7);
    Network network = Network.of(List.of(x), List.of(new Dense(3).apply(x)));
    Objectives objectives =
        new Objectives(
            Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()).metrics(metrics), network);
    return Pass.of(kind, network, objectives, List.of(X), weighted)
        .batchBytes(DType.FLOAT32, ahead);
  }

  @Test
  void theFeedsCount() {
    assertEquals(4 * FEEDS, batchBytes(Kind.TRAIN, false));
    assertEquals(4 * FEEDS, batchBytes(Kind.EVALUATE, true));
    assertEquals(4 * 5 * 7, batchBytes(Kind.PREDICT, true));
    assertEquals(4 * (FEEDS + 5), batchBytes(Kind.TRAIN, false, Set.of(0)), "weights, too");
  }

  @Test
  void soDoesTheNextBatch() {
    assertEquals(2 * 4 * FEEDS, batchBytes(Kind.TRAIN, true));
  }

  @Test
  void soDoThePredictionsThatMetricsWant() {
    assertEquals(4 * (FEEDS + 5 * 3), batchBytes(Kind.TRAIN, false, new Accuracy()));
    assertEquals(4 * FEEDS, batchBytes(Kind.EVALUATE, false, new Accuracy()));
  }
}
