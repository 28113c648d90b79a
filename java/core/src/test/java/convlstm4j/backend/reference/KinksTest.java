package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Pointwise;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Slopes where zeros are met: padding, first biases and ReLUs yield them exactly. */
class KinksTest {
  private static final Formula X = Formula.input(0);

  private static double[] slopes(Formula f, double... x) {
    double[] ones = new double[x.length];
    Arrays.fill(ones, 1);
    try (OpRun run = OpRun.of(new Pointwise(f, 1), Tensor.of(x, 1, x.length))) {
      run.output("y");
      return run.gradient("x0", ones);
    }
  }

  /** As TensorFlow has them: none at a kink of a ReLU; smooth functions have their own. */
  @Test
  void slopesOfFunctions() {
    Map<String, Double> atZero =
        Map.of("relu", 0.0, "relu6", 0.0, "log_sigmoid", 0.5, "softplus", 0.5, "mish", 0.6);
    atZero.forEach(
        (name, slope) -> {
          Formula f = FunctionForms.named(name, KerasVersion.KERAS3).formula(X).orElseThrow();
          assertEquals(slope, slopes(f, 0)[0], 1e-12, name);
        });
    Formula six = FunctionForms.named("relu6", KerasVersion.KERAS3).formula(X).orElseThrow();
    assertArrayEquals(new double[] {0, 1, 0, 0}, slopes(six, -1, 3, 6, 7));
    Formula all = FunctionForms.relu(Optional.of(6.0), 0.25, 0.5).formula(X).orElseThrow();
    assertArrayEquals(new double[] {0.25, 0.25, 1, 0}, slopes(all, 0, 0.5, 1, 6));
  }

  /** Keras keeps what is above the threshold, and NaN. */
  @Test
  void atTheThresholdAReluIsZero() {
    Formula f = FunctionForms.relu(Optional.empty(), 0, 0.5).formula(X).orElseThrow();
    Tensor x = Tensor.of(new double[] {0.25, 0.5, 0.75, Double.NaN}, 1, 4);
    try (OpRun run = OpRun.of(new Pointwise(f, 1), x)) {
      assertArrayEquals(new double[] {0, 0, 0.75, Double.NaN}, run.output("y"));
    }
  }

  @Test
  void powersOfZeroHaveSlopesByTheExponent() {
    Formula power = Formula.of(Function.POWER, X, Formula.input(1));
    Tensor a = Tensor.of(new double[] {0, 2}, 1, 2);
    Tensor b = Tensor.of(new double[] {3, 3}, 1, 2);
    try (OpRun run = OpRun.of(new Pointwise(power, 2), a, b)) {
      run.output("y");
      assertArrayEquals(new double[] {0, 8 * Math.log(2)}, run.gradient("x1", 1, 1), 1e-12);
      assertArrayEquals(new double[] {0, 12}, run.gradient("x0", 1, 1), 1e-12);
    }
  }
}
