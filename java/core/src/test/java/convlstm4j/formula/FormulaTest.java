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
}
