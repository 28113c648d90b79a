package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Losses against numbers worked out by hand, saturation, sample weights and clipping. */
class LossFormulaTest {
  private static final Tensor ONES = Tensor.of(new double[] {1, 1}, 2);

  private static OpRun run(Kind kind, boolean logits, double smoothing, Tensor p, Tensor t) {
    return OpRun.of(new WeightedLoss(kind, logits, 0.5, smoothing), p, t, ONES);
  }

  private static Tensor rows(double... values) {
    return Tensor.of(values, 2, values.length / 2);
  }

  private static double value(Kind kind, boolean logits, double smoothing, Tensor p, Tensor t) {
    try (OpRun run = run(kind, logits, smoothing, p, t)) {
      return run.output("value")[0];
    }
  }

  @Test
  void regressions() {
    Tensor p = rows(1, 2, 3, 4);
    Tensor t = rows(1.5, 0, 3.25, 4);
    assertEquals((0.25 + 4 + 0.0625) / 4, value(Kind.MEAN_SQUARED_ERROR, false, 0, p, t), 1e-14);
    assertEquals((0.5 + 2 + 0.25) / 4, value(Kind.MEAN_ABSOLUTE_ERROR, false, 0, p, t), 1e-14);
    // delta = 0.5: 0.5^2/2, 0.5*2 - 0.125, 0.25^2/2, 0
    assertEquals((0.125 + 0.875 + 0.03125) / 4, value(Kind.HUBER, false, 0, p, t), 1e-14);
    try (OpRun huber = run(Kind.HUBER, false, 0, p, t)) {
      assertArrayEquals(
          new double[] {-0.5 / 4, 0.5 / 4, -0.25 / 4, 0}, huber.gradient("prediction", 1), 1e-14);
    }
  }

  @Test
  void binary() {
    Tensor p = rows(0.9, 0.2);
    Tensor t = rows(1, 0);
    double expected = -(Math.log(0.9) + Math.log(0.8)) / 2;
    assertEquals(expected, value(Kind.BINARY_CROSSENTROPY, false, 0, p, t), 1e-14);
    Tensor logits = rows(Math.log(0.9 / 0.1), Math.log(0.2 / 0.8));
    assertEquals(expected, value(Kind.BINARY_CROSSENTROPY, true, 0, logits, t), 1e-14);
    double smooth =
        -(0.95 * Math.log(0.9) + 0.05 * Math.log(0.1) + 0.05 * Math.log(0.2) + 0.95 * Math.log(0.8))
            / 2;
    assertEquals(smooth, value(Kind.BINARY_CROSSENTROPY, false, 0.1, p, t), 1e-14);
  }

  @Test
  void categorical() {
    Tensor p = rows(0.2, 0.3, 0.5, 1, 1, 6); // the second row sums to 8
    Tensor t = rows(0, 0, 1, 0, 1, 0);
    Tensor labels = rows(2, 1);
    double expected = -(Math.log(0.5) + Math.log(0.125)) / 2;
    assertEquals(expected, value(Kind.CATEGORICAL_CROSSENTROPY, false, 0, p, t), 1e-14);
    assertEquals(expected, value(Kind.SPARSE_CATEGORICAL_CROSSENTROPY, false, 0, p, labels), 1e-14);
    double[] logs = new double[6];
    for (int i = 0; i < 6; i++) {
      logs[i] = Math.log(p.get(i)) + 800; // far beyond what exp can take
    }
    Tensor z = rows(logs);
    assertEquals(expected, value(Kind.CATEGORICAL_CROSSENTROPY, true, 0, z, t), 1e-12);
    assertEquals(expected, value(Kind.SPARSE_CATEGORICAL_CROSSENTROPY, true, 0, z, labels), 1e-12);
    try (OpRun run = run(Kind.SPARSE_CATEGORICAL_CROSSENTROPY, true, 0, z, labels)) {
      assertArrayEquals(
          new double[] {0.1, 0.15, -0.25, 0.0625, -0.4375, 0.375},
          run.gradient("prediction", 1),
          1e-12);
    }
  }

  /** Predictions of exactly 0 and 1: the loss is -log 1e-7 and the gradient 0, in both types. */
  @Test
  void saturation() {
    for (DType type : DType.values()) {
      Tensor ones = ONES.cast(type);
      Tensor p = rows(0, 1, 1, 0).cast(type);
      Tensor t = rows(1, 0, 1, 0).cast(type);
      WeightedLoss binary = new WeightedLoss(Kind.BINARY_CROSSENTROPY, false, 1, 0);
      try (OpRun run = OpRun.of(binary, p, t, ones)) {
        double expected = (-2 * Math.log(1e-7) - 2 * Math.log1p(-1e-7)) / 4;
        assertEquals(expected, run.output("value")[0], 1e-5);
        assertArrayEquals(new double[4], run.gradient("prediction", 1));
      }
      WeightedLoss categorical = new WeightedLoss(Kind.CATEGORICAL_CROSSENTROPY, false, 1, 0);
      try (OpRun run = OpRun.of(categorical, p, rows(1, 0, 1, 0).cast(type), ones)) {
        assertEquals(-Math.log(1e-7) / 2, run.output("value")[0], 1e-5);
        assertArrayEquals(new double[4], run.gradient("prediction", 1));
      }
      WeightedLoss logits = new WeightedLoss(Kind.BINARY_CROSSENTROPY, true, 1, 0);
      Tensor z = rows(-300, 300, 300, -300).cast(type);
      try (OpRun run = OpRun.of(logits, z, t, ones)) {
        assertEquals(150, run.output("value")[0], 1e-5);
        assertArrayEquals(new double[] {-0.25, 0.25, 0, 0}, run.gradient("prediction", 1), 1e-12);
      }
    }
  }

  /** A weight of 0 takes a position out, even with a label or prediction that makes no sense. */
  @Test
  void weights() {
    Tensor p = rows(2, 5);
    Tensor w = Tensor.of(new double[] {3, 0}, 2);
    WeightedLoss mse = new WeightedLoss(Kind.MEAN_SQUARED_ERROR, false, 1, 0);
    try (OpRun run = OpRun.of(mse, p, rows(1, Double.NaN), w)) {
      assertEquals(1.5, run.output("value")[0], 1e-14);
      assertArrayEquals(new double[] {3, 0}, run.gradient("prediction", 1), 1e-14);
    }
    WeightedLoss sparse = new WeightedLoss(Kind.SPARSE_CATEGORICAL_CROSSENTROPY, false, 1, 0);
    try (OpRun run = OpRun.of(sparse, rows(0.25, 0.75, 0.5, 0.5), rows(0, -1), w)) {
      assertEquals(-1.5 * Math.log(0.25), run.output("value")[0], 1e-14);
    }
  }

  @Test
  void refusesClassesOutOfRange() {
    WeightedLoss sparse = new WeightedLoss(Kind.SPARSE_CATEGORICAL_CROSSENTROPY, false, 1, 0);
    Tensor p = rows(0.25, 0.75, 0.5, 0.5);
    for (double bad : new double[] {2, -1, 0.5, Double.NaN}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> OpRun.of(sparse, p, rows(0, bad), ONES));
      assertTrue(e.getMessage().contains("expected a class number from 0 to 1"), e.getMessage());
    }
  }
}
