package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.contract.Compare.Runs;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tolerance lets rounding pass and nothing else. */
class CompareTest {
  private static final double EPS = Math.ulp(1.0f);
  private static final int TERMS = 8;

  private final Tensor exact = Tensor.of(new double[] {0.5, -3, 1000}, 3);

  @Test
  void roundingPasses() {
    Compare.close("y", exact, runs(exact), moved(2 * 3 * EPS), TERMS, 1, Compare.FLOAT32);
  }

  @Test
  void moreThanRoundingFails() {
    fails("y[0]", exact, exact, moved(2 * 4 * 3 * EPS));
  }

  @Test
  void theBaselinesErrorWidensTheTolerance() {
    Compare.close("y", exact, runs(moved(0.01)), moved(0.019), TERMS, 1, Compare.FLOAT32);
    fails("y[0]", exact, moved(0.01), moved(0.021));
  }

  /** An element that is sensitive to roundings says nothing of another. */
  @Test
  void anErrorOfOneElementIsAllowedToThatElement() {
    Runs runs = new Runs(List.of(exact), List.of(exact, moved(0.01), exact));
    Compare.close("y", exact, runs, moved(0.019), TERMS, 1, Compare.FLOAT32);
    assertThrows(
        AssertionError.class,
        () -> Compare.close("y", exact, runs, moved(0.021), TERMS, 1, Compare.FLOAT32));
    Tensor other = exact.copy();
    other.set(1, -3.019);
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> Compare.close("y", exact, runs, other, TERMS, 1, Compare.FLOAT32));
    assertTrue(e.getMessage().startsWith("y[1]"), e.getMessage());
    Runs nan = new Runs(List.of(exact), List.of(moved(Double.NaN)));
    assertThrows(
        AssertionError.class,
        () -> Compare.close("y", exact, nan, exact, TERMS, 1, Compare.FLOAT32));
  }

  @Test
  void nanFailsWhoeverHasIt() {
    fails("y[0]", exact, exact, moved(Double.NaN));
    fails("float32 reference[0] is NaN", exact, moved(Double.NaN), exact);
    fails("float64 reference[0] is NaN", moved(Double.NaN), moved(Double.NaN), moved(Double.NaN));
  }

  @Test
  void anotherShapeFails() {
    fails("shape [1, 3]", exact, exact, Tensor.of(new double[3], 1, 3));
  }

  @Test
  void mostlyZerosFail() {
    Compare.checkWorthIt("y", exact);
    assertThrows(
        AssertionError.class, () -> Compare.checkWorthIt("y", Tensor.of(new double[] {0, 1}, 2)));
  }

  private static Runs runs(Tensor common) {
    return new Runs(List.of(common), List.of());
  }

  private Tensor moved(double by) {
    Tensor t = exact.copy();
    t.set(0, t.get(0) + by);
    return t;
  }

  private static void fails(String message, Tensor exact, Tensor baseline, Tensor got) {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> Compare.close("y", exact, runs(baseline), got, TERMS, 1, Compare.FLOAT32));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
