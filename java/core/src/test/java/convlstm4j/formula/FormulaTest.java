package convlstm4j.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormulaTest {
  private static final Formula X = Formula.input(0);
  private static final Formula Y = Formula.input(1);

  @Test
  void textIsReadBack() {
    Philox random = new Philox(20261128, 0);
    for (int i = 0; i < 2000; i++) {
      Formula f = random(random.stream(1, i));
      assertEquals(f, Formula.parse(f.toString()), f::toString);
      assertEquals(f.inputs(), Formula.parse(f.toString()).inputs());
    }
  }

  /** Some formula, with parts that are used more than once. */
  private static Formula random(Philox random) {
    List<Formula> parts = new ArrayList<>(List.of(X, Y, Formula.constant(random.uniform(0))));
    Function[] functions = Function.values();
    for (int i = 0; i < 12; i++) {
      Function f = functions[2 + (int) (random.uniform(10 + i) * (functions.length - 2))];
      Formula[] arguments = new Formula[f.arguments()];
      for (int a = 0; a < arguments.length; a++) {
        arguments[a] = parts.get((int) (random.uniform(100 + 3 * i + a) * parts.size()));
      }
      parts.add(Formula.of(f, arguments));
    }
    return parts.get(parts.size() - 1);
  }

  /** Every place is read only while it holds what the step is of. */
  @Test
  void placesHoldWhatIsRead() {
    Philox random = new Philox(20261128, 1);
    for (int i = 0; i < 2000; i++) {
      Code code = Code.of(List.of(random(random.stream(1, i)), random(random.stream(2, i))));
      int[] holds = new int[code.registers()];
      for (int s = 0; s < code.steps().size(); s++) {
        for (int a : code.steps().get(s).arguments()) {
          assertTrue(a < s);
          assertEquals(a, holds[code.places().get(a)], code::toString);
        }
        holds[code.places().get(s)] = s;
      }
      for (int r : code.results()) {
        assertEquals(r, holds[code.places().get(r)], code::toString);
      }
    }
  }

  @Test
  void sharedPartsAreMadeOnce() {
    Formula f = X;
    for (int i = 0; i < 60; i++) {
      f = f.plus(f); // 2^60 steps if parts were made anew
    }
    assertEquals(61, Code.of(List.of(f)).steps().size());
    assertEquals(f, Formula.parse(f.toString()));
    assertEquals(1, f.inputs());
    assertEquals(61, Code.of(List.of(f.derivative(0))).steps().size());
  }

  @Test
  void derivativesAreSimple() {
    assertEquals("0.0", X.derivative(1).toString());
    assertEquals("x1", X.times(Y).derivative(0).toString());
    assertEquals("3.0; x0; 2.0; power 1 2; multiply 0 3", X.power(3).derivative(0).toString());
  }

  @Test
  void wrongTextIsRefusedWithItsPlace() {
    for (String text :
        List.of(
            "", "x", "x999", "x0; add 0", "x0; add 0 1", "x0; add 0 -1", "nothing 0", "input 0")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> Formula.parse(text)).getMessage();
      assertTrue(message.contains(", step "), message);
    }
  }

  /** A file may hold anything; what a user builds in a loop may be as deep as the loop is long. */
  @Test
  void longAndDeepOnesAreRefused() {
    StringBuilder text = new StringBuilder("x0");
    for (int i = 0; i < 100_000; i++) {
      text.append("; tanh ").append(i);
    }
    String parsed =
        assertThrows(IllegalArgumentException.class, () -> Formula.parse(text.toString()))
            .getMessage();
    assertTrue(parsed.contains("more than 128 steps"), parsed);
    String built =
        assertThrows(
                IllegalArgumentException.class,
                () -> {
                  Formula f = X;
                  for (int i = 0; i < 100_000; i++) {
                    f = f.tanh();
                  }
                })
            .getMessage();
    assertTrue(built.contains("inside each other"), built);
  }

  /** Derivatives of every function, where there is one, are those of differences. */
  @Test
  void derivativesAreThoseOfDifferences() {
    Formula z = Formula.input(2);
    double h = 1e-6;
    for (Function f : Function.values()) {
      Formula[] arguments = new Formula[f.arguments()];
      System.arraycopy(
          new Formula[] {X.plus(0.1), Y.times(2), z.tanh()}, 0, arguments, 0, arguments.length);
      if (arguments.length == 0) {
        continue;
      }
      Formula y = Formula.of(f, arguments);
      // Above and below each other, positive, no whole numbers: nothing jumps nearby.
      for (double[] x : new double[][] {{0.7, 0.6, 0.3}, {1.4, 0.2, -0.8}, {0.25, 1.1, 2.3}}) {
        for (int i = 0; i < 3; i++) {
          double[] up = x.clone();
          double[] down = x.clone();
          up[i] += h;
          down[i] -= h;
          double difference = (value(y, up) - value(y, down)) / (2 * h);
          assertEquals(difference, value(y.derivative(i), x), 1e-7, f + " by x" + i);
        }
      }
    }
  }

  /** Where two are equal the first one counts, as in TensorFlow. */
  @Test
  void derivativesWhereValuesMeet() {
    double[] equal = {2, 2};
    for (Formula f : List.of(X.max(Y), X.min(Y))) {
      assertEquals(1, value(f.derivative(0), equal));
      assertEquals(0, value(f.derivative(1), equal));
    }
    assertEquals(0, value(X.abs().derivative(0), new double[] {0}));
    assertEquals(0, value(X.sign().derivative(0), new double[] {3}));
  }

  /** A formula's value, straight from its tree. */
  private static double value(Formula f, double[] x) {
    double[] v = f.arguments().stream().mapToDouble(a -> value(a, x)).toArray();
    return switch (f.function()) {
      case INPUT -> x[(int) f.value()];
      case CONSTANT -> f.value();
      case NEGATE -> -v[0];
      case ABS -> Math.abs(v[0]);
      case SIGN -> Math.signum(v[0]);
      case EXP -> Math.exp(v[0]);
      case LOG -> Math.log(v[0]);
      case LOG1P -> Math.log1p(v[0]);
      case EXPM1 -> Math.expm1(v[0]);
      case SQRT -> Math.sqrt(v[0]);
      case TANH -> Math.tanh(v[0]);
      case SIGMOID -> 1 / (1 + Math.exp(-v[0]));
      case FLOOR -> Math.floor(v[0]);
      case ADD -> v[0] + v[1];
      case SUBTRACT -> v[0] - v[1];
      case MULTIPLY -> v[0] * v[1];
      case DIVIDE -> v[0] / v[1];
      case POWER -> Math.pow(v[0], v[1]);
      case MINIMUM -> Math.min(v[0], v[1]);
      case MAXIMUM -> Math.max(v[0], v[1]);
      case LESS -> v[0] < v[1] ? 1 : 0;
      case EQUAL -> v[0] == v[1] ? 1 : 0;
      case WHERE -> v[0] != 0 ? v[1] : v[2];
    };
  }
}
