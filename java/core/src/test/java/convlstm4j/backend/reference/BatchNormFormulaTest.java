package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.op.BatchNorm;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batch normalisation: statistics by hand, per step, and where float32 runs out of digits. */
class BatchNormFormulaTest {
  private static BatchNorm op(List<Integer> axes, boolean training, boolean perStep) {
    return new BatchNorm(axes, 0.9, 1e-3, true, true, training, perStep);
  }

  private static Tensor random(int stream, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, 0.5 + new Philox(11, stream).normal(i));
    }
    return t;
  }

  private static Tensor vector(double... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void training() {
    Tensor x = Tensor.of(new double[] {1, 10, 3, 10, 5, 16}, 3, 2);
    Tensor gamma = vector(2, 3);
    Tensor beta = vector(0.5, -1);
    try (OpRun run =
        OpRun.of(op(List.of(1), true, false), x, gamma, beta, vector(7, 8), vector(1, 2))) {
      // means 3 and 12, biased variances 8/3 and 8
      double a = 2 / Math.sqrt(8.0 / 3 + 1e-3);
      double b = 3 / Math.sqrt(8 + 1e-3);
      assertArrayEquals(
          new double[] {0.5 - 2 * a, -1 - 2 * b, 0.5, -1 - 2 * b, 0.5 + 2 * a, -1 + 4 * b},
          run.output("y"),
          1e-12);
      assertArrayEquals(
          new double[] {0.9 * 7 + 0.3, 0.9 * 8 + 1.2}, run.output("new_moving_mean"), 1e-12);
      assertArrayEquals(
          new double[] {0.9 + 0.8 / 3, 1.8 + 0.8}, run.output("new_moving_variance"), 1e-12);
    }
  }

  @Test
  void inference() {
    Tensor x = Tensor.of(new double[] {1, 10, 3, 16}, 2, 2);
    try (OpRun run =
        OpRun.of(
            op(List.of(1), false, false),
            x,
            vector(2, 3),
            vector(0.5, -1),
            vector(2, 8),
            vector(3, 1))) {
      double a = 2 / Math.sqrt(3 + 1e-3);
      double b = 3 / Math.sqrt(1 + 1e-3);
      assertArrayEquals(
          new double[] {0.5 - a, -1 + 2 * b, 0.5 + a, -1 + 8 * b}, run.output("y"), 1e-12);
      // The statistics are constants, so the gradient is a plain factor.
      assertArrayEquals(new double[] {a, 2 * b, -a, 0}, run.gradient("x", 1, 2, -1, 0), 1e-12);
    }
  }

  /** One element per channel: the variance is 0, y is beta and no gradient is left for x. */
  @Test
  void oneElement() {
    Tensor x = Tensor.of(new double[] {3, -4}, 1, 2);
    try (OpRun run =
        OpRun.of(
            op(List.of(1), true, false),
            x,
            vector(2, 3),
            vector(0.5, -1),
            vector(0, 0),
            vector(1, 1))) {
      assertArrayEquals(new double[] {0.5, -1}, run.output("y"));
      assertArrayEquals(new double[2], run.gradient("x", 5, 7), 1e-12);
      assertArrayEquals(new double[2], run.gradient("gamma", 5, 7));
      assertArrayEquals(new double[] {5, 7}, run.gradient("beta", 5, 7));
    }
  }

  /** Per step is what comes of running the steps one after the other. */
  @Test
  void perStepEqualsStepByStep() {
    for (List<Integer> axes : List.of(List.of(4), List.of(2), List.of(2, 4), List.of(0, 3))) {
      int n = 2;
      int t = 3;
      Tensor x = random(1, n, t, 5, 4, 3);
      long[] sizes = axes.stream().mapToLong(a -> x.shape().dim(a)).toArray();
      Tensor gamma = random(2, sizes);
      Tensor beta = random(3, sizes);
      Tensor dy = random(4, n, t, 5, 4, 3);
      Tensor mean = random(5, sizes);
      Tensor variance = random(6, sizes);
      try (OpRun all = OpRun.of(op(axes, true, true), x, gamma, beta, mean, variance)) {
        double[] y = all.output("y");
        double[] dx = all.gradient("x", dy.doubles());
        double[] dGamma = all.gradient("gamma", dy.doubles());
        double[] sum = new double[gamma.size()];
        for (int s = 0; s < t; s++) {
          List<Integer> stepAxes = axes.stream().map(a -> a > 1 ? a - 1 : a).toList();
          try (OpRun one =
              OpRun.of(op(stepAxes, true, false), step(x, s), gamma, beta, mean, variance)) {
            Tensor stepDy = step(dy, s);
            assertArrayEquals(step(y, x, s), one.output("y"), 1e-12);
            assertArrayEquals(step(dx, x, s), one.gradient("x", stepDy.doubles()), 1e-12);
            double[] g = one.gradient("gamma", stepDy.doubles());
            for (int i = 0; i < g.length; i++) {
              sum[i] += g[i];
            }
            mean = Tensor.of(one.output("new_moving_mean"), sizes);
            variance = Tensor.of(one.output("new_moving_variance"), sizes);
          }
        }
        assertArrayEquals(sum, dGamma, 1e-11);
        assertArrayEquals(mean.doubles(), all.output("new_moving_mean"), 1e-12);
        assertArrayEquals(variance.doubles(), all.output("new_moving_variance"), 1e-12);
      }
    }
  }

  private static Tensor step(Tensor x, int s) {
    return Tensor.of(step(x.doubles(), x, s), x.shape().without(1));
  }

  private static double[] step(double[] values, Tensor like, int s) {
    int image = (int) like.shape().from(2).elements();
    int n = (int) like.shape().dim(0);
    int t = (int) like.shape().dim(1);
    double[] picked = new double[n * image];
    for (int b = 0; b < n; b++) {
      System.arraycopy(values, (b * t + s) * image, picked, b * image, image);
    }
    return picked;
  }

  /** A million float32 values of mean 1000 and deviation 1: naive sums would be lost. */
  @Test
  void manyLargeValues() {
    int n = 1 << 20;
    float[] x = new float[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      x[i] = 1000 + (i % 2 == 0 ? 1 : -1) * (i % 1024 < 512 ? 1.25f : 0.75f);
      sum += x[i];
    }
    assertEquals(1000.0 * n, sum);
    BatchNorm op = new BatchNorm(List.of(1), 0, 1e-3, false, false, true, false);
    Tensor zero = Tensor.of(new float[] {0}, 1);
    try (OpRun run = OpRun.of(op, Tensor.of(x, n, 1), zero, zero)) {
      assertEquals(1000, run.output("new_moving_mean")[0]);
      double variance = (1.25 * 1.25 + 0.75 * 0.75) / 2;
      assertEquals(variance, run.output("new_moving_variance")[0], 1e-7);
      assertEquals(1.25 / Math.sqrt(variance + 1e-3), run.output("y")[0], 1e-6);
    }
  }
}
