package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.AdamUpdate;
import convlstm4j.op.ClipGradients;
import convlstm4j.op.Op;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The optimiser updates against Keras's formulas, written out for one number at a time. */
class UpdateFormulaTest {
  private static final double RATE = 0.03;
  private static final double[] W = {0.7, -1.3, 2.1};
  private static final double[] G = {0.11, -0.57, 1e-6};
  private static final double[] M = {0.2, 0.4, -0.01};
  private static final double[] V = {0.05, 0.9, 3e-9};

  private static Tensor t(double... values) {
    return Tensor.of(values.clone(), values.length);
  }

  /** The inputs of an update: the rates, a guard that lets it happen, the rest. */
  private static Tensor[] guarded(Tensor... inputs) {
    List<Tensor> all = new ArrayList<>(List.of(inputs));
    all.add(1, t(1).cast(inputs[0].dtype()));
    return all.toArray(Tensor[]::new);
  }

  private interface Formula {
    double at(int i);
  }

  private static void check(Op op, String output, Formula expected, Tensor... inputs) {
    for (boolean single : new boolean[] {false, true}) {
      Tensor[] in = guarded(inputs);
      for (int i = 0; single && i < in.length; i++) {
        in[i] = in[i].cast(convlstm4j.tensor.DType.FLOAT32);
      }
      try (OpRun run = OpRun.of(op, in)) {
        double[] actual = run.output(output);
        for (int i = 0; i < actual.length; i++) {
          double e = expected.at(i);
          double allowed = (single ? 1e-6 : 1e-14) * Math.max(1e-3, Math.abs(e));
          assertEquals(e, actual[i], allowed, op + " " + output + "[" + i + "] single=" + single);
        }
      }
    }
  }

  @Test
  void sgd() {
    check(new SgdUpdate(0, false, 0, 1), "w0", i -> W[i] - RATE * G[i], t(RATE), t(W), t(G));
    Tensor[] in = {t(RATE), t(W), t(G), t(M)};
    check(new SgdUpdate(0.9, false, 0, 1), "m0", i -> 0.9 * M[i] - RATE * G[i], in);
    check(new SgdUpdate(0.9, false, 0, 1), "w0", i -> W[i] + 0.9 * M[i] - RATE * G[i], in);
    check(
        new SgdUpdate(0.9, true, 0, 1),
        "w0",
        i -> W[i] + 0.9 * (0.9 * M[i] - RATE * G[i]) - RATE * G[i],
        in);
    check(
        new SgdUpdate(0.9, false, 0.1, 1),
        "w0",
        i -> W[i] * (1 - RATE * 0.1) + 0.9 * M[i] - RATE * G[i],
        in);
  }

  @Test
  void adam() {
    int step = 3;
    double alpha = RATE * Math.sqrt(1 - Math.pow(0.99, step)) / (1 - Math.pow(0.8, step));
    Tensor[] in = {t(RATE, alpha), t(W), t(G), t(M), t(V)};
    Formula m = i -> 0.8 * M[i] + 0.2 * G[i];
    Formula v = i -> 0.99 * V[i] + 0.01 * G[i] * G[i];
    Op op = new AdamUpdate(0.8, 0.99, 1e-7, 0, 1);
    check(op, "m0", m, in);
    check(op, "v0", v, in);
    check(op, "w0", i -> W[i] - alpha * m.at(i) / (Math.sqrt(v.at(i)) + 1e-7), in);
    check(
        new AdamUpdate(0.8, 0.99, 1e-7, 0.05, 1),
        "w0",
        i -> W[i] - RATE * 0.05 * W[i] - alpha * m.at(i) / (Math.sqrt(v.at(i)) + 1e-7),
        in);
  }

  @Test
  void rmsprop() {
    double[] a = {0.01, -0.3, 1e-7};
    Formula v = i -> 0.95 * V[i] + 0.05 * G[i] * G[i];
    Formula mean = i -> 0.95 * a[i] + 0.05 * G[i];
    Formula d = i -> RATE * G[i] / Math.sqrt(v.at(i) + 1e-4);
    Formula centered = i -> RATE * G[i] / Math.sqrt(v.at(i) - mean.at(i) * mean.at(i) + 1e-4);
    Op plain = new RmspropUpdate(0.95, 0, 1e-4, false, 0, 1);
    check(plain, "v0", v, t(RATE), t(W), t(G), t(V));
    check(plain, "w0", i -> W[i] - d.at(i), t(RATE), t(W), t(G), t(V));
    Op momentum = new RmspropUpdate(0.95, 0.7, 1e-4, false, 0.2, 1);
    Tensor[] withM = {t(RATE), t(W), t(G), t(V), t(M)};
    check(momentum, "m0", i -> 0.7 * M[i] + d.at(i), withM);
    check(momentum, "w0", i -> W[i] * (1 - RATE * 0.2) - 0.7 * M[i] - d.at(i), withM);
    Op all = new RmspropUpdate(0.95, 0.7, 1e-4, true, 0, 1);
    Tensor[] withA = {t(RATE), t(W), t(G), t(V), t(M), t(a)};
    check(all, "a0", mean, withA);
    check(all, "w0", i -> W[i] - 0.7 * M[i] - centered.at(i), withA);
    Op noMomentum = new RmspropUpdate(0.95, 0, 1e-4, true, 0, 1);
    check(noMomentum, "w0", i -> W[i] - centered.at(i), t(RATE), t(W), t(G), t(V), t(a));
  }

  /** With a constant gradient v - a^2 tends to 0 and rounds below it. */
  @Test
  void centeredRmspropStaysFinite() {
    Op op = new RmspropUpdate(0.9, 0, 1e-7, true, 0, 1);
    double g = 4321.7f;
    try (OpRun run =
        OpRun.of(
            op,
            guarded(
                Tensor.of(new float[] {0.001f}, 1),
                Tensor.of(new float[] {1}, 1),
                Tensor.of(new float[] {(float) g}, 1),
                Tensor.of(new float[] {(float) (g * g * (1 - 1e-6))}, 1),
                Tensor.of(new float[] {(float) g}, 1)))) {
      assertTrue(Double.isFinite(run.output("w0")[0]), "w=" + run.output("w0")[0]);
    }
  }

  /** Several weights of different sizes, each with its own slots. */
  @Test
  void severalWeights() {
    Op op = new SgdUpdate(0.5, false, 0, 2);
    try (OpRun run =
        OpRun.of(op, guarded(t(0.1), t(1, 2), t(3), t(10, 20), t(30), t(0.4, 0.6), t(0.8)))) {
      assertArrayEquals(new double[] {0.2 - 1, 0.3 - 2}, run.output("m0"), 1e-14);
      assertArrayEquals(new double[] {1 + 0.2 - 1, 2 + 0.3 - 2}, run.output("w0"), 1e-14);
      assertArrayEquals(new double[] {3 + 0.4 - 3}, run.output("w1"), 1e-14);
    }
  }

  @Test
  void clipping() {
    Tensor a = t(3, -4);
    Tensor b = t(0.5, 12);
    try (OpRun value = OpRun.of(new ClipGradients(ClipGradients.Mode.VALUE, 1, 2), a, b);
        OpRun norm = OpRun.of(new ClipGradients(ClipGradients.Mode.NORM, 5, 2), a, b);
        OpRun global = OpRun.of(new ClipGradients(ClipGradients.Mode.GLOBAL_NORM, 1, 2), a, b);
        OpRun loose = OpRun.of(new ClipGradients(ClipGradients.Mode.GLOBAL_NORM, 99, 2), a, b)) {
      assertArrayEquals(new double[] {1, -1}, value.output("g0"));
      assertArrayEquals(new double[] {0.5, 1}, value.output("g1"));
      assertArrayEquals(new double[] {3, -4}, norm.output("g0"));
      double n = Math.sqrt(0.25 + 144) / 5;
      assertArrayEquals(new double[] {0.5 / n, 12 / n}, norm.output("g1"), 1e-14);
      double all = Math.sqrt(25 + 0.25 + 144);
      assertArrayEquals(new double[] {3 / all, -4 / all}, global.output("g0"), 1e-14);
      assertArrayEquals(new double[] {0.5 / all, 12 / all}, global.output("g1"), 1e-14);
      assertArrayEquals(new double[] {3, -4}, loose.output("g0"));
    }
  }
}
