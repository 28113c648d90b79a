package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pooling at its edges: ties, padding that must not win or count, values that are not numbers. */
class PoolFormulaTest {
  private static Pool pool(Pool.Mode mode, int size, int stride, Padding padding, DataFormat f) {
    return new Pool(
        mode, new Window(List.of(size, size), List.of(stride, stride), List.of(1, 1), padding, f));
  }

  /** Overlapping windows with equal values: the first of each window gets the gradient. */
  @Test
  void tiesGoToTheFirst() {
    Tensor x = Tensor.of(new double[] {7, 7, 1, 7, 7, 7, 2, 7, 7}, 1, 3, 3, 1);
    Pool op = pool(Pool.Mode.MAX, 2, 1, Padding.VALID, DataFormat.CHANNELS_LAST);
    try (OpRun run = OpRun.of(op, x)) {
      assertArrayEquals(new double[] {7, 7, 7, 7}, run.output("y"));
      // windows start at (0,0), (0,1), (1,0), (1,1)
      assertArrayEquals(new double[] {1, 2, 0, 4, 8, 0, 0, 0, 0}, run.gradient("x", 1, 2, 4, 8));
    }
  }

  @Test
  void paddingNeverWins() {
    double[] x = new double[9];
    for (int i = 0; i < 9; i++) {
      x[i] = -10 - i;
    }
    for (DataFormat format : DataFormat.values()) {
      Pool op = pool(Pool.Mode.MAX, 2, 2, Padding.SAME, format);
      Tensor image =
          format == DataFormat.CHANNELS_LAST ? Tensor.of(x, 1, 3, 3, 1) : Tensor.of(x, 1, 1, 3, 3);
      try (OpRun run = OpRun.of(op, image)) {
        assertArrayEquals(new double[] {-10, -12, -16, -18}, run.output("y"));
        assertArrayEquals(new double[] {1, 0, 2, 0, 0, 0, 3, 0, 4}, run.gradient("x", 1, 2, 3, 4));
      }
    }
  }

  @Test
  void paddingDoesNotCount() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3, 1);
    Pool op = pool(Pool.Mode.AVERAGE, 2, 2, Padding.SAME, DataFormat.CHANNELS_LAST);
    try (OpRun run = OpRun.of(op, x)) {
      assertArrayEquals(new double[] {3, 4.5, 7.5, 9}, run.output("y"));
      assertArrayEquals(new double[] {1, 1, 4, 1, 1, 4, 6, 6, 16}, run.gradient("x", 4, 8, 12, 16));
    }
  }

  /** A window of 3 with stride 1 and "same" padding has a pixel of padding on both sides. */
  @Test
  void paddingBefore() {
    Tensor x = Tensor.of(new double[] {-1, -2, -3, -4}, 1, 1, 4, 1);
    Pool op = pool(Pool.Mode.MAX, 3, 1, Padding.SAME, DataFormat.CHANNELS_LAST);
    try (OpRun run = OpRun.of(op, x)) {
      assertArrayEquals(new double[] {-1, -1, -2, -3}, run.output("y"));
    }
  }

  /** A broken value shows up instead of being lost among numbers. */
  @Test
  void notANumberIsHandedOn() {
    Tensor x = Tensor.of(new double[] {Double.NaN, 1, 2, 3}, 1, 2, 2, 1);
    Pool op = pool(Pool.Mode.MAX, 2, 2, Padding.VALID, DataFormat.CHANNELS_LAST);
    try (OpRun run = OpRun.of(op, x)) {
      assertTrue(Double.isNaN(run.output("y")[0]));
    }
  }

  /** Three axes, pooled over rows and columns only, in both formats. */
  @Test
  void timeIsKept() {
    double[] x = new double[2 * 4 * 4];
    Arrays.setAll(x, i -> i);
    for (DataFormat format : DataFormat.values()) {
      Window window =
          new Window(List.of(1, 2, 2), List.of(1, 2, 2), List.of(1, 1, 1), Padding.VALID, format);
      Tensor image =
          format == DataFormat.CHANNELS_LAST
              ? Tensor.of(x, 1, 2, 4, 4, 1)
              : Tensor.of(x, 1, 1, 2, 4, 4);
      try (OpRun run = OpRun.of(new Pool(Pool.Mode.MAX, window), image)) {
        assertArrayEquals(new double[] {5, 7, 13, 15, 21, 23, 29, 31}, run.output("y"));
      }
    }
  }

  @Test
  void globalAverage() {
    double[] x = {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60};
    Tensor last = Tensor.of(x, 1, 2, 3, 2);
    try (OpRun run = OpRun.of(new GlobalAveragePool(DataFormat.CHANNELS_LAST, 2, false), last)) {
      assertArrayEquals(new double[] {3.5, 35}, run.output("y"));
      double[] dx = run.gradient("x", 6, 12);
      for (int i = 0; i < 12; i++) {
        assertEquals(i % 2 == 0 ? 1 : 2, dx[i]);
      }
    }
    Tensor first = Tensor.of(x, 1, 2, 3, 2);
    try (OpRun run = OpRun.of(new GlobalAveragePool(DataFormat.CHANNELS_FIRST, 2, true), first)) {
      assertArrayEquals(new double[] {11, 27.5}, run.output("y"), 1e-12);
    }
  }
}
