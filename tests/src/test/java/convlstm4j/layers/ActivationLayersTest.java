package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.ELU;
import convlstm4j.layer.Input;
import convlstm4j.layer.LeakyReLU;
import convlstm4j.layer.PReLU;
import convlstm4j.layer.ReLU;
import convlstm4j.layer.Softmax;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations by formulas, and the layers that are one, against Java's own mathematics. */
class ActivationLayersTest {
  /** By definition, from keras/src/activations/activations.py. */
  private static final Map<String, DoubleUnaryOperator> DEFINITIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("celu", x -> x > 0 ? x : Math.exp(x) - 1),
              Map.entry("exponential", Math::exp),
              Map.entry("gelu", x -> x * normal(x)),
              Map.entry("hard_shrink", x -> Math.abs(x) > 0.5 ? x : 0),
              Map.entry("hard_silu", x -> x * Math.min(Math.max(x + 3, 0), 6) / 6),
              Map.entry("hard_tanh", x -> Math.min(Math.max(x, -1), 1)),
              Map.entry("log_sigmoid", x -> Math.log(1 / (1 + Math.exp(-x)))),
              Map.entry("mish", x -> x * Math.tanh(Math.log(1 + Math.exp(x)))),
              Map.entry("relu6", x -> Math.min(Math.max(x, 0), 6)),
              Map.entry(
                  "selu",
                  x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1))),
              Map.entry("soft_shrink", x -> x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0),
              Map.entry("softsign", x -> x / (1 + Math.abs(x))),
              Map.entry("sparse_plus", x -> x < -1 ? 0 : x < 1 ? (x + 1) * (x + 1) / 4 : x),
              Map.entry("sparse_sigmoid", x -> Math.min(Math.max((x + 1) / 2, 0), 1)),
              Map.entry("squareplus", x -> (x + Math.sqrt(x * x + 4)) / 2),
              Map.entry("tanh_shrink", x -> x - Math.tanh(x))));

  /** The normal distribution, by Simpson's rule. */
  private static double normal(double x) {
    int steps = 2000;
    double h = x / steps;
    double sum = 1 + Math.exp(-x * x / 2);
    for (int i = 1; i < steps; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-i * h * i * h / 2);
    }
    return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
  }

  private static Tensor line() {
    return line(10);
  }

  /** From -79.3 to 79.7 by a divisor, off the kinks of all functions. */
  private static Tensor line(double divisor) {
    Tensor x = Tensor.zeros(DType.FLOAT64, Shape.of(2, 20, 4));
    for (int i = 0; i < x.size(); i++) {
      x.set(i, (i - 79.3) / divisor);
    }
    return x;
  }

  static List<String> names() {
    return List.copyOf(DEFINITIONS.keySet());
  }

  @ParameterizedTest
  @MethodSource("names")
  void isWhatKerasDefines(String name) {
    Tensor x = line();
    Tensor y = Apply.random(new ActivationLayer(name), false, 1, x).first();
    for (int i = 0; i < x.size(); i++) {
      double expected = DEFINITIONS.get(name).applyAsDouble(x.get(i));
      // gelu is off by 1.2e-7 of the distribution's tail.
      double tolerance = name.equals("gelu") ? 2e-7 : 1e-12;
      assertEquals(expected, y.get(i), tolerance * (1 + Math.abs(expected)), name + x.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void hasItsDerivative(String name) {
    LayerGradients.check(new ActivationLayer(name), true, line(30));
    LayerGradients.check(new Dense(3).activation(name), true, Apply.tensor(Shape.of(2, 5), 3));
  }

  private record Case(Supplier<Layer> layer, DoubleUnaryOperator definition) {}

  static List<Case> layers() {
    return List.of(
        new Case(ReLU::new, x -> Math.max(x, 0)),
        new Case(() -> new ReLU(6), x -> Math.min(Math.max(x, 0), 6)),
        new Case(
            () -> new ReLU(Optional.of(3.0), 0.25, 0.5),
            x -> x < 0.5 ? 0.25 * (x - 0.5) : Math.min(x, 3)),
        new Case(() -> new ReLU(Optional.empty(), 0, 0.5), x -> x < 0.5 ? 0 : x),
        new Case(LeakyReLU::new, x -> x > 0 ? x : 0.3 * x),
        new Case(() -> new ELU(0.5), x -> x > 0 ? x : 0.5 * (Math.exp(x) - 1)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void layerIsItsFunction(Case c) {
    Tensor x = line();
    Tensor y = Apply.random(c.layer.get(), false, 1, x).first();
    for (int i = 0; i < x.size(); i++) {
      assertEquals(c.definition.applyAsDouble(x.get(i)), y.get(i), 1e-12);
    }
    LayerGradients.check(c.layer.get(), true, x);
  }

  @Test
  void preluHasASlopeForEachElementOrForSharedAxes() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 5), 1);
    Tensor alpha = Apply.tensor(Shape.of(3, 4, 5), 2);
    Tensor each = Apply.with(List.of(alpha), new PReLU(), false, null, x).first();
    Tensor perChannel = Apply.tensor(Shape.of(1, 1, 5), 2);
    Tensor shared =
        Apply.with(List.of(perChannel), new PReLU().sharedAxes(1, 2), false, null, x).first();
    for (int i = 0; i < x.size(); i++) {
      double v = x.get(i);
      assertEquals(v > 0 ? v : v * alpha.get(i % 60), each.get(i), 1e-12);
      assertEquals(v > 0 ? v : v * perChannel.get(i % 5), shared.get(i), 1e-12);
    }
    LayerGradients.check(new PReLU(), true, x);
    LayerGradients.check(new PReLU().sharedAxes(2), true, x);
  }

  @Test
  void softmaxAlongAnyAxes() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 5), 1);
    for (int[] axes : new int[][] {{-1}, {3}, {1}, {2, 1}, {1, 3}, {1, 2, 3}}) {
      Tensor y = Apply.random(new Softmax(axes), false, 1, x).first();
      double[] sums = new double[x.size()];
      for (int i = 0; i < x.size(); i++) {
        sums[group(i, axes)] += Math.exp(x.get(i));
      }
      for (int i = 0; i < x.size(); i++) {
        assertEquals(Math.exp(x.get(i)) / sums[group(i, axes)], y.get(i), 1e-12);
      }
      LayerGradients.check(new Softmax(axes), true, x);
    }
  }

  /** The first element of those over which element i is normalised. */
  private static int group(int i, int... axes) {
    int[] sizes = {2, 3, 4, 5};
    int[] strides = {60, 20, 5, 1};
    int first = i;
    for (int a : axes) {
      int axis = a < 0 ? a + 4 : a;
      first -= i / strides[axis] % sizes[axis] * strides[axis];
    }
    return first;
  }

  @Test
  void wrongUseIsRefused() {
    ShapeException axis =
        assertThrows(ShapeException.class, () -> new Softmax(3).apply(Input.shape(4, 5)));
    assertTrue(axis.getMessage().contains("axis=[3] of input of shape"), axis.getMessage());
    ShapeException open =
        assertThrows(ShapeException.class, () -> new PReLU().apply(Input.shape(Input.ANY, 5)));
    assertTrue(open.getMessage().contains("expected known sizes"), open.getMessage());
    assertEquals(
        Shape.of(Input.ANY, Input.ANY, 5),
        new PReLU().sharedAxes(1).apply(Input.shape(Input.ANY, 5)).shape());
    for (String gate : List.of("gelu", "softmax")) {
      ConvLSTM2D layer = new ConvLSTM2D(2, 3).recurrentActivation(gate).activation("selu");
      ShapeException gates =
          assertThrows(ShapeException.class, () -> layer.apply(Input.shape(2, 5, 5, 1)));
      assertTrue(gates.getMessage().contains(gate), gates.getMessage());
    }
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> new Dense(2).activation("gleu"));
    assertTrue(unknown.getMessage().contains("gelu"), unknown.getMessage());
  }
}
