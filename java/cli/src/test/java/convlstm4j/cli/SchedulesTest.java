package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.optim.Schedule;
import convlstm4j.optim.Schedule.CosineDecay;
import convlstm4j.optim.Schedule.ExponentialDecay;
import convlstm4j.optim.Schedule.PiecewiseConstantDecay;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulesTest {
  private static final double RATE = 0.5;

  @Test
  void wordsBecomeSchedules() {
    assertEquals(new CosineDecay(RATE, 100, 0), Schedules.parse("cosine:100", RATE));
    assertEquals(new CosineDecay(RATE, 100, 0.1), Schedules.parse("cosine:100,alpha=0.1", RATE));
    assertEquals(
        new CosineDecay(0, 100, 0.1, RATE, 7),
        Schedules.parse("cosine:100,warmup=7,alpha=0.1", RATE));
    assertEquals(
        new ExponentialDecay(RATE, 10, 0.9, false), Schedules.parse("exponential:10,0.9", RATE));
    assertEquals(
        new ExponentialDecay(RATE, 10, 0.9, true),
        Schedules.parse("exponential:10,0.9,staircase", RATE));
    assertEquals(
        new PiecewiseConstantDecay(List.of(3L, 6L), List.of(RATE, 0.1, 0.01)),
        Schedules.parse("piecewise:3=0.1,6=0.01", RATE));
  }

  /** The rate given is where each starts from, at the end of a warm-up. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"cosine:9", "cosine:9,warmup=3", "exponential:9,0.5", "piecewise:9=0.1"})
  void startsFromTheRate(String text) {
    Schedule schedule = Schedules.parse(text, RATE);
    assertEquals(RATE, Schedules.first(schedule));
    assertEquals(RATE, schedule.rate(text.contains("warmup") ? 3 : 0), 1e-12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "linear:3|no such kind",
        "cosine|STEPS is missing",
        "cosine:|STEPS is missing",
        "cosine:x|\"x\" is no whole number",
        "cosine:9,beta=1|\"beta=1\" is too much",
        "cosine:9,alpha=1,alpha=2|\"alpha=2\" is too much",
        "onecycle:9,0.1|\"0.1\" is too much",
        "cyclic:9,0.1,0.2|\"0.2\" is too much",
        "restarts:9,t=2,t=3|\"t=3\" is too much",
        "restarts:9,2|\"2\" is too much",
        "polynomial:9,cycle,cycle|\"cycle\" is too much",
        "inverse:9,1,2|\"2\" is too much",
        "inverse:9|RATE is missing",
        "onecycle|STEPS is missing",
        "cosine:9,alpha=y|\"y\" is no number",
        "exponential:9|FACTOR is missing",
        "exponential:9,0.5,stairs|\"stairs\" is too much",
        "exponential:9,0.5,staircase,more|\"more\" is too much",
        "piecewise|STEP=RATE is missing",
        "piecewise:9|\"9\" is not STEP=RATE",
        "piecewise:a=1|\"a\" is no whole number"
      })
  void whatIsNoScheduleIsSaid(String text, String problem) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Schedules.parse(text, RATE))
            .getMessage();
    assertTrue(message.startsWith("--schedule " + text + ": "), message);
    assertTrue(message.contains("; expected cosine:STEPS"), message);
    assertTrue(message.contains(problem), message);
  }
}
