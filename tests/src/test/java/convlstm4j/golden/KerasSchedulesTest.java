package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Config;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedules have the rates that Keras and PyTorch gave (keras-numbers/schedules.py). */
class KerasSchedulesTest {
  static Stream<Arguments> cases() throws IOException {
    try (InputStream in =
        KerasSchedulesTest.class.getResourceAsStream("/keras-numbers/schedules.json")) {
      Map<String, Object> all = JSON.std.mapFrom(in);
      List<Arguments> cases = new ArrayList<>();
      for (Object o : (List<?>) all.get("cases")) {
        Map<?, ?> c = (Map<?, ?>) o;
        Schedule schedule = Schedule.fromConfig(Config.of(Config.copy(c)));
        cases.add(Arguments.of(schedule, all.get("steps"), c.get("rates")));
      }
      return cases.stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void goesAsTheirs(Schedule schedule, List<Number> steps, List<Number> rates) {
    assertEquals(schedule, Schedule.fromConfig(Config.of(schedule.config().toMap())));
    for (int i = 0; i < rates.size(); i++) {
      double expected = rates.get(i).doubleValue();
      assertEquals(expected, schedule.rate(steps.get(i).longValue()), 2e-6, "step " + steps.get(i));
    }
  }
}
