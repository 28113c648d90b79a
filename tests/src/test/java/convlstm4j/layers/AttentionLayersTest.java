package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.layer.AdditiveAttention;
import convlstm4j.layer.Attention;
import convlstm4j.layer.Attention.ScoreMode;
import convlstm4j.layer.MultiHeadAttention;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers of attention against plain loops; Keras's own numbers are in KerasCasesTest. */
class AttentionLayersTest {
  private static final int N = 2;
  private static final int T = 3;
  private static final int S = 4;

  private final Tensor query = Apply.tensor(Shape.of(N, T, 5), 1);
  private final Tensor value = Apply.tensor(Shape.of(N, S, 6), 2);
  private final Tensor key = Apply.tensor(Shape.of(N, S, 5), 3);

  /** A score of a sample, a query and a key. */
  private interface Score {
    double of(int n, int t, int s);
  }

  /** Whether a query sees a value. */
  private interface Seen {
    boolean by(int n, int t, int s);
  }

  /** Means of values, {@code [N, T, depth]}. */
  private static Tensor means(Score score, Seen seen, Tensor values) {
    int depth = (int) values.shape().dim(2);
    Tensor y = Tensor.zeros(DType.FLOAT64, Shape.of(N, T, depth));
    for (int n = 0; n < N; n++) {
      for (int t = 0; t < T; t++) {
        double sum = 0;
        for (int s = 0; s < S; s++) {
          sum += seen.by(n, t, s) ? Math.exp(score.of(n, t, s)) : 0;
        }
        for (int s = 0; s < S; s++) {
          double share = seen.by(n, t, s) ? Math.exp(score.of(n, t, s)) / sum : 0;
          for (int d = 0; d < depth; d++) {
            int at = (n * T + t) * depth + d;
            y.set(at, y.get(at) + share * values.get((n * S + s) * depth + d));
          }
        }
      }
    }
    return y;
  }

  private double dot(int n, int t, int s) {
    double sum = 0;
    for (int d = 0; d < 5; d++) {
      sum += query.get((n * T + t) * 5 + d) * key.get((n * S + s) * 5 + d);
    }
    return sum;
  }

  private double tanh(int n, int t, int s, double inner, List<Double> outer) {
    double sum = 0;
    for (int d = 0; d < 5; d++) {
      double both = query.get((n * T + t) * 5 + d) + key.get((n * S + s) * 5 + d);
      sum += outer.get(d % outer.size()) * Math.tanh(inner * both);
    }
    return sum;
  }

  @Test
  void scoresAreProductsOrSums() {
    Apply.Result dots = Apply.random(new Attention().useScale(true), false, 1, query, value, key);
    double scale = dots.weights().get(0).get(0);
    Apply.same(
        "products",
        means((n, t, s) -> scale * dot(n, t, s), (n, t, s) -> true, value),
        dots.first());
    Attention concat = new Attention().scoreMode(ScoreMode.CONCAT).useScale(true);
    Apply.Result sums = Apply.random(concat, false, 1, query, value, key);
    double inner = sums.weights().get(0).get(0);
    List<Double> outer = List.of(sums.weights().get(1).get(0));
    Apply.same(
        "sums",
        means((n, t, s) -> tanh(n, t, s, inner, outer), (n, t, s) -> true, value),
        sums.first());
    Apply.Result each = Apply.random(new AdditiveAttention(), false, 1, query, value, key);
    Tensor w = each.weights().get(0);
    List<Double> scales = List.of(w.get(0), w.get(1), w.get(2), w.get(3), w.get(4));
    Apply.same(
        "each place",
        means((n, t, s) -> tanh(n, t, s, 1, scales), (n, t, s) -> true, value),
        each.first());
  }

  @Test
  void masksHideValues() {
    Tensor mask = Tensor.of(new double[] {1, 0, 1, 1, 0, 1, 1, 0}, N, S);
    Attention layer = new Attention().useCausalMask(true).returnAttentionScores(true);
    Tensor sees = Tensor.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1}, N, S);
    Apply.Result causal = Apply.with(List.of(), layer, false, sees, query, value, key);
    assertEquals(Shape.of(N, T, S), causal.outputs().get(1).shape());
    Apply.same("causal", means(this::dot, (n, t, s) -> s <= t, value), causal.first());
    Apply.Result masked = Apply.with(List.of(), new Attention(), false, mask, query, value, key);
    Seen counts = (n, t, s) -> mask.get(n * S + s) != 0;
    Apply.same("masked", means(this::dot, counts, value), masked.first());
  }

  @Test
  void headsHaveWeightsOfTheirOwn() {
    MultiHeadAttention layer = new MultiHeadAttention(2, 3).valueDim(4).outputDim(7);
    Apply.Result r = Apply.random(layer, false, 1, query, value, key);
    List<Tensor> w = r.weights();
    assertEquals(Shape.of(5, 2, 3), w.get(0).shape());
    assertEquals(Shape.of(6, 2, 4), w.get(4).shape());
    assertEquals(Shape.of(2, 4, 7), w.get(6).shape());
    Tensor y = Tensor.zeros(DType.FLOAT64, Shape.of(N, T, 7));
    for (int i = 0; i < y.size(); i++) {
      y.set(i, w.get(7).get(i % 7));
    }
    for (int head = 0; head < 2; head++) {
      int h = head;
      Tensor q = projected(query, w.get(0), w.get(1), h, 3);
      Tensor k = projected(key, w.get(2), w.get(3), h, 3);
      Tensor v = projected(value, w.get(4), w.get(5), h, 4);
      Score score =
          (n, t, s) -> {
            double sum = 0;
            for (int d = 0; d < 3; d++) {
              sum += q.get((n * T + t) * 3 + d) * k.get((n * S + s) * 3 + d);
            }
            return sum / Math.sqrt(3);
          };
      Tensor context = means(score, (n, t, s) -> true, v);
      for (int i = 0; i < y.size(); i++) {
        for (int d = 0; d < 4; d++) {
          double of = w.get(6).get((h * 4 + d) * 7 + i % 7);
          y.set(i, y.get(i) + context.get(i / 7 * 4 + d) * of);
        }
      }
    }
    Apply.same("heads", y, r.first());
  }

  private static Tensor projected(Tensor x, Tensor w, Tensor b, int head, int dim) {
    int depth = (int) x.shape().dim(2);
    Tensor y = Tensor.zeros(DType.FLOAT64, x.shape().with(2, dim));
    for (int i = 0; i < y.size(); i++) {
      double sum = b.get(head * dim + i % dim);
      for (int d = 0; d < depth; d++) {
        sum += x.get(i / dim * depth + d) * w.get((d * 2 + head) * dim + i % dim);
      }
      y.set(i, sum);
    }
    return y;
  }

  /** Over one of two axes: each place of the other by itself. */
  @Test
  void axesThatAttentionDoesNotGoOverStayApart() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 5), 1);
    Apply.Result all = Apply.random(new MultiHeadAttention(2, 3).attentionAxes(2), false, 1, x, x);
    Tensor second = Apply.step(x, 1);
    Apply.Result one =
        Apply.with(all.weights(), new MultiHeadAttention(2, 3), false, null, second, second);
    Apply.same("row 1", one.first(), Apply.step(all.first(), 1));
  }

  @Test
  void gradientsAreRight() {
    LayerGradients.check(new Attention().useScale(true), true, query, value, key);
    LayerGradients.check(
        new Attention().scoreMode(ScoreMode.CONCAT).useScale(true).useCausalMask(true),
        true,
        query,
        key);
    LayerGradients.check(new AdditiveAttention(), true, query, value, key);
    LayerGradients.check(
        new MultiHeadAttention(2, 2).useCausalMask(true).returnAttentionScores(true),
        true,
        query,
        value,
        key);
    Tensor images = Apply.tensor(Shape.of(1, 2, 3, 2), 4);
    Tensor others = Apply.tensor(Shape.of(1, 3, 2, 2), 5);
    LayerGradients.check(new MultiHeadAttention(1, 2).useBias(false), true, images, others);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(ShapeException.class, () -> Apply.random(new Attention(), false, 1, query, value));
    assertThrows(ShapeException.class, () -> Apply.random(new Attention(), false, 1, query));
    assertThrows(IllegalArgumentException.class, () -> new MultiHeadAttention(0, 3));
    assertThrows(
        IllegalArgumentException.class, () -> new MultiHeadAttention(1, 3).attentionAxes(0));
    assertThrows(
        ShapeException.class,
        () -> Apply.random(new MultiHeadAttention(1, 3).attentionAxes(2), false, 1, query, value));
  }
}
