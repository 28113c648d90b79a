package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.Drop;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropout: how much it keeps, that both passes agree, and shared decisions. */
class DropoutFormulaTest {
  private static Tensor ones(long... dims) {
    double[] x = new double[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    Arrays.fill(x, 1);
    return Tensor.of(x, dims);
  }

  @Test
  void keepsTheRightShare() {
    int n = 100_000;
    for (double rate : new double[] {0.1, 0.5, 0.9}) {
      Tensor x = ones(10, n / 10);
      try (OpRun run = OpRun.of(new Drop(rate, List.of()), x)) {
        double[] y = run.output("y");
        double kept = 0;
        for (double v : y) {
          assertTrue(v == 0 || v == 1 / (1 - rate), "value " + v + " at rate " + rate);
          kept += v == 0 ? 0 : 1;
        }
        double deviation = Math.sqrt(n * rate * (1 - rate));
        assertEquals(n * (1 - rate), kept, 5 * deviation, "kept at rate " + rate);
        // With x = 1 the gradient for dy = 1 is the output, so the masks agree.
        assertArrayEquals(y, run.gradient("x", x.doubles()));
      }
    }
  }

  /** A noise size of 1 shares the decision along the axis. */
  @Test
  void sharesDecisions() {
    Tensor x = ones(3, 4, 50);
    try (OpRun run = OpRun.of(new Drop(0.5, List.of(-1L, 1L, 50L)), x)) {
      double[] y = run.output("y");
      int differs = 0;
      for (int n = 0; n < 3; n++) {
        for (int c = 0; c < 50; c++) {
          for (int t = 1; t < 4; t++) {
            assertEquals(y[n * 200 + c], y[n * 200 + t * 50 + c]);
          }
          differs += y[n * 200 + c] == y[c] ? 0 : 1;
        }
      }
      assertTrue(differs > 25, "samples share their mask: " + differs + " of 100 differ");
      assertArrayEquals(y, run.gradient("x", x.doubles()));
    }
    // The mask is numbered among the noise shape, as without sharing.
    try (OpRun shared = OpRun.of(new Drop(0.5, List.of(3L, 1L, 50L)), x);
        OpRun plain = OpRun.of(new Drop(0.5, List.of()), ones(3, 1, 50))) {
      double[] mask = plain.output("y");
      double[] y = shared.output("y");
      for (int i = 0; i < mask.length; i++) {
        assertEquals(mask[i], y[i / 50 * 200 + i % 50]);
      }
    }
  }

  @Test
  void rateZeroKeepsAll() {
    Tensor x = ones(5, 7);
    try (OpRun run = OpRun.of(new Drop(0, List.of()), x)) {
      assertArrayEquals(x.doubles(), run.output("y"));
    }
  }
}
