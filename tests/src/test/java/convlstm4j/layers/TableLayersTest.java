package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.golden.NetworkRun;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivityRegularization;
import convlstm4j.layer.Call;
import convlstm4j.layer.Embedding;
import convlstm4j.layer.Identity;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.Operation;
import convlstm4j.layer.Operations;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vectors of words, numbers that are adapted to data, operations by tables. */
class TableLayersTest {
  @Test
  void wordsHaveVectors() {
    Tensor id = Tensor.of(new double[] {1, 0, 3, 1, 1, 2}, 2, 3);
    Apply.Result r = Apply.random(new Embedding(4, 2), false, 1, id);
    assertEquals(Shape.of(2, 3, 2), r.first().shape());
    for (int i = 0; i < 6; i++) {
      for (int d = 0; d < 2; d++) {
        assertEquals(
            r.weights().get(0).get(((int) id.get(i)) * 2 + d), r.first().get(2 * i + d), 0);
      }
    }
    Tensor wrong = Tensor.of(new double[] {1, 4, -1, 0.5}, 1, 4);
    double[] y = Apply.random(new Embedding(4, 1), false, 1, wrong).first().doubles();
    assertTrue(!Double.isNaN(y[0]) && Double.isNaN(y[1]), List.of(y[0], y[1]).toString());
    assertTrue(Double.isNaN(y[2]) && Double.isNaN(y[3]), List.of(y[2], y[3]).toString());
    assertThrows(IllegalArgumentException.class, () -> new Embedding(0, 2));
  }

  /** As Keras's {@code mask_zero=True}: the LSTM stops where the zeros begin. */
  @Test
  void zeroIsNoWordWhereTheMaskSaysSo() {
    Tensor padded = Tensor.of(new double[] {3, 1, 2, 0, 0}, 1, 5);
    Tensor alone = Tensor.of(new double[] {3, 1, 2}, 1, 3);
    assertArrayEquals(read(alone, false, false), read(padded, true, false), 1e-12);
    assertArrayEquals(read(alone, false, false), read(padded, false, true), 1e-12);
    assertTrue(read(padded, false, false)[0] != read(padded, true, false)[0]);
  }

  private static double[] read(Tensor numbers, boolean masked, boolean byItself) {
    Symbol x = Input.shape(numbers.shape().dim(1));
    Call call = new LSTM(3).on(new Embedding(4, 2).maskZero(byItself).apply(x));
    if (masked) {
      call.mask(Operations.with("NotEqual", 0).apply(x));
    }
    Network network = Network.of(List.of(x), call.outputs());
    try (ReferenceBackend backend = new ReferenceBackend();
        NetworkRun run =
            new NetworkRun(network, backend, DType.FLOAT64, false, List.of(numbers.shape()))) {
      run.setWeights(Apply.weights(network.parameters(), 1));
      return run.forward(List.of(numbers)).get(0).doubles();
    }
  }

  @Test
  void meanAndVarianceAreTakenFromData() {
    Tensor data = Apply.tensor(Shape.of(50, 3, 2), 1);
    Normalization layer = new Normalization().axis(1, 2).adapt(data);
    Tensor y =
        Apply.with(
                List.of(means(data), variances(data), Tensor.of(new double[] {0})),
                new Normalization().axis(1, 2),
                false,
                null,
                data)
            .first();
    for (int p = 0; p < 6; p++) {
      double mean = 0;
      double square = 0;
      for (int n = 0; n < 50; n++) {
        mean += y.get(n * 6 + p) / 50;
        square += y.get(n * 6 + p) * y.get(n * 6 + p) / 50;
      }
      assertEquals(0, mean, 1e-12);
      assertEquals(1, square, 1e-12);
    }
    assertThrows(IllegalArgumentException.class, () -> layer.given(new double[] {1}));
    LayerGradients.check(
        new Normalization().given(new double[] {1, 2}, 4, 0.25).invert(true),
        true,
        Apply.tensor(Shape.of(3, 2), 2));
    assertThrows(
        ShapeException.class,
        () ->
            Apply.random(
                new Normalization().given(new double[] {1, 2}, 1, 1),
                false,
                1,
                Apply.tensor(Shape.of(2, 3), 1)));
  }

  private static Tensor means(Tensor x) {
    double[] m = new double[6];
    for (int i = 0; i < x.size(); i++) {
      m[i % 6] += x.get(i) / 50;
    }
    return Tensor.of(m, 3, 2);
  }

  private static Tensor variances(Tensor x) {
    Tensor m = means(x);
    double[] v = new double[6];
    for (int i = 0; i < x.size(); i++) {
      v[i % 6] += (x.get(i) - m.get(i % 6)) * (x.get(i) - m.get(i % 6)) / 50;
    }
    return Tensor.of(v, 3, 2);
  }

  @Test
  void rootsOfMeanSquares() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4), 1);
    Apply.Result r = Apply.random(new RMSNormalization().epsilon(0.5), false, 1, x);
    for (int row = 0; row < 6; row++) {
      double square = 0;
      for (int c = 0; c < 4; c++) {
        square += x.get(row * 4 + c) * x.get(row * 4 + c) / 4;
      }
      for (int c = 0; c < 4; c++) {
        double expected = x.get(row * 4 + c) / Math.sqrt(square + 0.5) * r.weights().get(0).get(c);
        assertEquals(expected, r.first().get(row * 4 + c), 1e-12);
      }
    }
    LayerGradients.check(new RMSNormalization().axis(1, -1), true, x);
    LayerGradients.check(new LayerNormalization().rmsScaling(true).scale(false), true, x);
    LayerGradients.check(new ActivityRegularization(0.5, 0.5), true, x);
    assertArrayEquals(x.doubles(), Apply.random(new Identity(), true, 1, x).first().doubles(), 0);
  }

  /** Keras would multiply the last axes by the scale of others. */
  @Test
  void rootsOfOtherThanTheLastAxesAreRefused() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 3), 1);
    for (int[] axes : new int[][] {{1}, {-2}, {2, 1}, {-1, 1}}) {
      RMSNormalization layer = new RMSNormalization().axis(axes);
      String message =
          assertThrows(RuntimeException.class, () -> Apply.random(layer, false, 1, x)).getMessage();
      assertTrue(message.contains("expected its last axes, in their order"), message);
    }
  }

  @Test
  void placesAndSumsAlongAnAxis() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 5, 2);
    Operation take = new Operation("Take", Map.of("indices", List.of(4, -5, 4), "axis", 1));
    assertArrayEquals(
        new double[] {9, 10, 1, 2, 9, 10}, Apply.random(take, false, 1, x).first().doubles(), 0);
    Operation sums = new Operation("Cumsum", Map.of("axis", 1));
    assertArrayEquals(
        new double[] {1, 2, 4, 6, 9, 12, 16, 20, 25, 30},
        Apply.random(sums, false, 1, x).first().doubles(),
        0);
    Operation any = new Operation("Any", Map.of("axis", -1));
    Tensor zeros = Tensor.of(new double[] {0, 0, -1, 1, 0, 2}, 1, 3, 2);
    assertArrayEquals(
        new double[] {0, 1, 1}, Apply.random(any, false, 1, zeros).first().doubles(), 0);
    Operation all = new Operation("All", Map.of("axis", -1));
    assertArrayEquals(
        new double[] {0, 1, 0}, Apply.random(all, false, 1, zeros).first().doubles(), 0);
    Operation pool = new Operation("MaxPool", Map.of("pool_size", 2));
    assertArrayEquals(
        new double[] {3, 4, 7, 8}, Apply.random(pool, false, 1, x).first().doubles(), 0);
    Tensor random = Apply.tensor(Shape.of(2, 5, 2), 1);
    LayerGradients.check(
        new Operation("Take", Map.of("indices", List.of(4, 0, 4), "axis", 1)), true, random);
    LayerGradients.check(new Operation("Cumsum", Map.of("axis", 1)), true, random);
    LayerGradients.check(new convlstm4j.layer.ActivationLayer("glu"), true, random);
  }
}
