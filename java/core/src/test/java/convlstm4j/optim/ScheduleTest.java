package convlstm4j.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.optim.Schedule.CosineDecay;
import convlstm4j.optim.Schedule.ExponentialDecay;
import convlstm4j.optim.Schedule.PiecewiseConstantDecay;
import convlstm4j.option.Config;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedules at points worked out from the text of Keras's documentation. */
class ScheduleTest {
  @Test
  void exponential() {
    Schedule s = new ExponentialDecay(0.1, 100, 0.5, false);
    assertEquals(0.1, s.rate(0), 0);
    assertEquals(0.1 / Math.sqrt(2), s.rate(50), 1e-15);
    assertEquals(0.025, s.rate(200), 1e-15);
    Schedule stairs = new ExponentialDecay(0.1, 100, 0.5, true);
    assertEquals(0.1, stairs.rate(99), 0);
    assertEquals(0.05, stairs.rate(100), 1e-15);
    assertEquals(0.05, stairs.rate(199), 1e-15);
  }

  @Test
  void cosine() {
    Schedule s = new CosineDecay(0.2, 100, 0.1);
    assertEquals(0.2, s.rate(0), 1e-15);
    assertEquals(0.2 * (0.9 * 0.5 + 0.1), s.rate(50), 1e-15);
    assertEquals(0.2 * (0.9 * (1 + Math.sqrt(0.5)) / 2 + 0.1), s.rate(25), 1e-15);
    assertEquals(0.02, s.rate(100), 1e-15);
    assertEquals(0.02, s.rate(5000), 1e-15);
  }

  @Test
  void cosineWithWarmUp() {
    Schedule s = new CosineDecay(0.01, 100, 0, 0.2, 20);
    assertEquals(0.01, s.rate(0), 1e-15);
    assertEquals(0.01 + 0.19 / 2, s.rate(10), 1e-15);
    assertEquals(0.2, s.rate(20), 1e-15);
    assertEquals(0.1, s.rate(70), 1e-15);
    assertEquals(0, s.rate(120), 1e-15);
  }

  /** More steps than an int counts, as a file may have them. */
  @Test
  void boundariesMayBeLarge() {
    Schedule s = new PiecewiseConstantDecay(List.of(10L, 3_000_000_000L), List.of(1.0, 0.5, 0.25));
    assertEquals(s, Schedule.fromConfig(s.config()));
    Config read = Config.of("PiecewiseConstantDecay").with("values", List.of(1.0, 0.5, 0.25));
    assertEquals(s, Schedule.fromConfig(read.with("boundaries", List.of(10, 3e9))));
    for (Number wrong :
        List.of(10.5, 1e19, Double.NaN, new java.math.BigInteger("1" + "0".repeat(30)))) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Schedule.fromConfig(read.with("boundaries", List.of(10, wrong))));
      assertEquals(
          "PiecewiseConstantDecay: boundaries=[10, "
              + wrong
              + "], expected a list of whole numbers",
          e.getMessage());
    }
  }

  @Test
  void piecewise() {
    Schedule s = new PiecewiseConstantDecay(List.of(10L, 20L), List.of(1.0, 0.5, 0.1));
    assertEquals(1.0, s.rate(0));
    assertEquals(1.0, s.rate(10));
    assertEquals(0.5, s.rate(11));
    assertEquals(0.5, s.rate(20));
    assertEquals(0.1, s.rate(21));
  }

  /** As PyTorch's OneCycleLR, which divides by zero where its first step is the highest. */
  @Test
  void aCycleWhoseFirstStepIsTheHighest() {
    Schedule s = new Schedule.OneCycle(0.5, 4, 0.25, 25, 1e4);
    assertEquals(0.5, s.rate(0), 1e-15);
    assertEquals(0.375, s.rate(1), 1e-5);
    assertEquals(0.5 / 25 / 1e4, s.rate(3), 1e-15);
    assertEquals(0.5 / 25 / 1e4, s.rate(9), 1e-15);
    Schedule sooner = new Schedule.OneCycle(0.5, 4, 0.125, 25, 1e4);
    for (int step = 0; step < 5; step++) {
      assertTrue(Double.isFinite(sooner.rate(step)), "step " + step);
    }
  }

  static Stream<Schedule> all() {
    return Stream.of(
        Schedule.constant(0.3),
        new ExponentialDecay(0.1, 100, 0.5, true),
        new CosineDecay(0.2, 100, 0.1),
        new CosineDecay(0.01, 100, 0, 0.2, 20),
        new PiecewiseConstantDecay(List.of(10L, 20L), List.of(1.0, 0.5, 0.1)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void configGoesThereAndBack(Schedule s) {
    assertEquals(s, Schedule.fromConfig(Config.of(s.config().toMap())));
    Optimizer o = new SGD(s).momentum(0.5);
    assertEquals(o, Optimizer.fromConfig(Config.of(o.config().toMap())));
  }

  @Test
  void refusesWrongOptions() {
    assertThrows(IllegalArgumentException.class, () -> Schedule.constant(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new ExponentialDecay(0.1, 0, 0.5, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PiecewiseConstantDecay(List.of(10L), List.of(1.0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PiecewiseConstantDecay(List.of(10L, 10L), List.of(1.0, 2.0, 3.0)));
    assertThrows(IllegalArgumentException.class, () -> Schedule.fromConfig(Config.of("Wishful")));
    Config halves =
        Config.of("PiecewiseConstantDecay")
            .with("boundaries", List.of(2.5))
            .with("values", List.of(1, 2));
    assertEquals(
        "PiecewiseConstantDecay: boundaries=[2.5], expected a list of whole numbers",
        assertThrows(IllegalArgumentException.class, () -> Schedule.fromConfig(halves))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Schedule.fromConfig(Config.of("ExponentialDecay")));
  }
}
