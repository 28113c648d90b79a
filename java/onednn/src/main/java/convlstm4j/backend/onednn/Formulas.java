package convlstm4j.backend.onednn;

import convlstm4j.formula.Code;
import convlstm4j.formula.Code.Step;
import java.util.Arrays;

/**
 * Runs the {@link Code} of formulas on a piece of an array, a step at a time over all its elements:
 * short loops over arrays that stay in the core's cache. The registers are scratch arrays of this
 * thread that nothing else uses.
 */
final class Formulas {
  private static final int FIRST_SLOT = 24;

  private Formulas() {}

  /** Reads n elements of an input into an array. */
  interface Input {
    void read(int input, float[] target, int n);
  }

  /**
   * Runs all steps.
   *
   * @param code what is computed
   * @param input yields the inputs
   * @param n number of elements, at most {@link Parallel#PIECE}
   */
  static void run(Code code, Input input, int n) {
    for (int i = 0; i < code.steps().size(); i++) {
      Step s = code.steps().get(i);
      float[] y = register(code, i);
      switch (s.function()) {
        case INPUT -> input.read((int) s.value(), y, n);
        case CONSTANT -> Arrays.fill(y, 0, n, (float) s.value());
        case WHERE -> where(argument(code, s, 0), argument(code, s, 1), argument(code, s, 2), y, n);
        default -> {
          if (s.arguments().size() == 1) {
            one(s, argument(code, s, 0), y, n);
          } else {
            two(s, argument(code, s, 0), argument(code, s, 1), y, n);
          }
        }
      }
    }
  }

  /** What a formula yielded, until the next run. */
  static float[] result(Code code, int formula) {
    return register(code, code.results().get(formula));
  }

  private static float[] register(Code code, int step) {
    return Floats.scratch(FIRST_SLOT + code.places().get(step));
  }

  private static float[] argument(Code code, Step s, int index) {
    return register(code, s.arguments().get(index));
  }

  private static void where(float[] a, float[] b, float[] c, float[] y, int n) {
    for (int k = 0; k < n; k++) {
      y[k] = a[k] != 0 ? b[k] : c[k];
    }
  }

  private static void one(Step s, float[] a, float[] y, int n) {
    switch (s.function()) {
      case NEGATE -> {
        for (int k = 0; k < n; k++) {
          y[k] = -a[k];
        }
      }
      case ABS -> {
        for (int k = 0; k < n; k++) {
          y[k] = Math.abs(a[k]);
        }
      }
      case SIGN -> {
        for (int k = 0; k < n; k++) {
          y[k] = Math.signum(a[k]);
        }
      }
      case EXP -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.exp(a[k]);
        }
      }
      case LOG -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.log(a[k]);
        }
      }
      case LOG1P -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.log1p(a[k]);
        }
      }
      case EXPM1 -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.expm1(a[k]);
        }
      }
      case SQRT -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.sqrt(a[k]);
        }
      }
      case TANH -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.tanh(a[k]);
        }
      }
      case SIGMOID -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) (1 / (1 + Math.exp(-a[k])));
        }
      }
      case FLOOR -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.floor(a[k]);
        }
      }
      default -> throw new IllegalStateException(s.function() + " of one argument");
    }
  }

  private static void two(Step s, float[] a, float[] b, float[] y, int n) {
    switch (s.function()) {
      case ADD -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] + b[k];
        }
      }
      case SUBTRACT -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] - b[k];
        }
      }
      case MULTIPLY -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] * b[k];
        }
      }
      case DIVIDE -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] / b[k];
        }
      }
      case POWER -> {
        for (int k = 0; k < n; k++) {
          y[k] = (float) Math.pow(a[k], b[k]);
        }
      }
      case MINIMUM -> {
        for (int k = 0; k < n; k++) {
          y[k] = Math.min(a[k], b[k]);
        }
      }
      case MAXIMUM -> {
        for (int k = 0; k < n; k++) {
          y[k] = Math.max(a[k], b[k]);
        }
      }
      case LESS -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] < b[k] ? 1 : 0;
        }
      }
      case EQUAL -> {
        for (int k = 0; k < n; k++) {
          y[k] = a[k] == b[k] ? 1 : 0;
        }
      }
      default -> throw new IllegalStateException(s.function() + " of two arguments");
    }
  }
}
