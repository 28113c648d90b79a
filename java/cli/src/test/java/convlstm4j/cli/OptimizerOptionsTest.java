package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.optim.Adam;
import convlstm4j.optim.Averaging;
import convlstm4j.optim.Optimizer;
import org.junit.jupiter.api.Test;

class OptimizerOptionsTest {
  private static Optimizer averaged(Double ema, Long overwrite, Optimizer before) {
    OptimizerOptions o = new OptimizerOptions();
    o.ema = ema;
    o.emaOverwrite = overwrite;
    return o.apply(before);
  }

  @Test
  void averages() {
    Optimizer with = new Adam().useEma(new Averaging(0.5, 2));
    assertEquals(null, averaged(0.0, null, with).common().averaging());
    assertEquals(new Averaging(0.5, 7), averaged(null, 7L, with).common().averaging());
    assertEquals(new Averaging(0.9, 7), averaged(0.9, 7L, null).common().averaging());
  }

  @Test
  void anIntervalWithoutAnAverageIsRefused() {
    for (Double ema : new Double[] {0.0, null}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> averaged(ema, 3L, new Adam()))
              .getMessage();
      assertTrue(message.startsWith("--ema-overwrite goes with "), message);
    }
  }
}
