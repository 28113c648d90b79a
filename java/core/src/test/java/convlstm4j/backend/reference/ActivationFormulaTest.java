package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.Activate;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Activations against their textbook formulas, and where naive ones overflow. */
class ActivationFormulaTest {
  private static final double[] X = {-3.5, -2.6, -1, -0.3, 0.2, 1.1, 2.4, 2.7, 3.3};

  private static final Map<Activation, DoubleUnaryOperator> FORMULAS =
      Map.ofEntries(
          Map.entry(Activation.LINEAR, x -> x),
          Map.entry(Activation.RELU, x -> x < 0 ? 0 : x),
          Map.entry(
              Activation.TANH, x -> (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x))),
          Map.entry(Activation.SIGMOID, x -> 1 / (1 + Math.exp(-x))),
          Map.entry(Activation.HARD_SIGMOID_KERAS2, x -> x < -2.5 ? 0 : x > 2.5 ? 1 : x / 5 + 0.5),
          Map.entry(Activation.HARD_SIGMOID_KERAS3, x -> x < -3 ? 0 : x > 3 ? 1 : x / 6 + 0.5),
          Map.entry(Activation.ELU, x -> x < 0 ? Math.exp(x) - 1 : x),
          Map.entry(Activation.elu(0.4), x -> x < 0 ? 0.4 * (Math.exp(x) - 1) : x),
          Map.entry(Activation.LEAKY_RELU, x -> x < 0 ? 0.2 * x : x),
          Map.entry(Activation.leakyRelu(0.01), x -> x < 0 ? 0.01 * x : x),
          Map.entry(Activation.SOFTPLUS, x -> Math.log(1 + Math.exp(x))),
          Map.entry(Activation.SWISH, x -> x / (1 + Math.exp(-x))));

  @Test
  void elementWise() {
    // All kinds but softmax, two of them with another alpha.
    assertEquals(Activation.Kind.values().length - 1 + 2, FORMULAS.size());
    FORMULAS.forEach(
        (activation, formula) -> {
          for (DType type : DType.values()) {
            Tensor x = Tensor.of(X.clone(), 3, 3).cast(type);
            try (OpRun run = OpRun.of(new Activate(activation), x)) {
              double[] y = run.output("y");
              double[] dx = run.gradient("x", 1, 1, 1, 1, 1, 1, 1, 1, 1);
              for (int i = 0; i < X.length; i++) {
                String what = activation + " at " + X[i] + " in " + type;
                double slope =
                    (formula.applyAsDouble(X[i] + 1e-5) - formula.applyAsDouble(X[i] - 1e-5))
                        / 2e-5;
                assertEquals(
                    formula.applyAsDouble(X[i]), y[i], type == DType.FLOAT32 ? 1e-6 : 1e-14, what);
                assertEquals(slope, dx[i], type == DType.FLOAT32 ? 1e-6 : 1e-9, what);
              }
            }
          }
        });
  }

  /** Arguments at which exp overflows or underflows still have finite values and slopes. */
  @Test
  void farOut() {
    for (DType type : DType.values()) {
      Tensor x = Tensor.of(new double[] {-1e4, 1e4}, 1, 2).cast(type);
      for (Activation a : FORMULAS.keySet()) {
        try (OpRun run = OpRun.of(new Activate(a), x)) {
          for (double v : run.output("y")) {
            assertTrue(Double.isFinite(v), a + " " + v);
          }
          for (double v : run.gradient("x", 1, 1)) {
            assertTrue(v >= 0 && v <= 1, a + " slope " + v);
          }
        }
      }
      try (OpRun run = OpRun.of(new Activate(Activation.SOFTPLUS), x)) {
        assertArrayEquals(new double[] {0, 1e4}, run.output("y"));
      }
    }
  }

  @Test
  void softmax() {
    double e = Math.E;
    for (double shift : new double[] {0, 9e3, -9e3}) {
      Tensor x = Tensor.of(new double[] {shift, shift + 1, shift + 2, shift, shift, shift}, 2, 3);
      for (DType type : DType.values()) {
        double sum = 1 + e + e * e;
        double[] y = {1 / sum, e / sum, e * e / sum, 1 / 3.0, 1 / 3.0, 1 / 3.0};
        try (OpRun run = OpRun.of(new Activate(Activation.SOFTMAX), x.cast(type))) {
          assertArrayEquals(y, run.output("y"), 1e-7);
          // Only the second row's first output has a gradient.
          assertArrayEquals(
              new double[] {0, 0, 0, 2 / 9.0, -1 / 9.0, -1 / 9.0},
              run.gradient("x", 0, 0, 0, 1, 0, 0),
              1e-7);
          // The outputs of a row add up to 1 whatever x is.
          assertArrayEquals(new double[6], run.gradient("x", 1, 1, 1, 1, 1, 1), 1e-7);
        }
      }
    }
  }
}
