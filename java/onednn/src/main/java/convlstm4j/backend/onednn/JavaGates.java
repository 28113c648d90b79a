package convlstm4j.backend.onednn;

import convlstm4j.op.GateOrder;
import convlstm4j.option.Activation;
import java.util.Arrays;

/**
 * {@link GatePass} in Java: some pixels at a time are read into arrays, one per gate, so that the
 * JVM vectorises the loops whatever F is. All pieces that write a peephole's gradient are one, so
 * that its terms add up in one order.
 */
final class JavaGates implements GatePass {
  private static final int I = GateOrder.INPUT.index();
  private static final int F = GateOrder.FORGET.index();
  private static final int G = GateOrder.CANDIDATE.index();
  private static final int O = GateOrder.OUTPUT.index();

  // Scratch arrays of a thread.
  private static final int ALL = 0;
  private static final int GATE = 1; // four of them
  private static final int C = 5;
  private static final int NEXT = 6;
  private static final int TANH = 7;
  private static final int SLOPE = 8;
  private static final int DH = 9;
  private static final int DC = 10;
  private static final int D = 11; // four of them
  private static final int PEEPHOLE = 15;
  private static final int PRE = 16; // four of them

  @Override
  public String name() {
    return "gates in Java";
  }

  private interface Piece {
    void run(int sample, long pixel, int pixels);
  }

  private static void pieces(Cell cell, boolean samplesTogether, Piece body) {
    int most = Math.max(1, Parallel.PIECE / (GateOrder.COUNT * cell.filters()));
    long perSample = (cell.pixels() + most - 1) / most;
    int apart = samplesTogether ? 1 : cell.samples();
    Parallel.each(
        Math.toIntExact(perSample * apart),
        p -> {
          long pixel = p % perSample * most;
          int pixels = (int) Math.min(most, cell.pixels() - pixel);
          int first = (int) (p / perSample);
          for (int n = first; n < (samplesTogether ? cell.samples() : first + 1); n++) {
            body.run(n, pixel, pixels);
          }
        });
  }

  /** Passes a sample's states on over a masked step. */
  void skip(Cell cell, Forward s, int n) {
    pieces(cell.sample(), false, (one, pixel, pixels) -> skip(cell, s, n, pixel, pixels));
  }

  /** Passes a sample's gradients on over a masked step. */
  void skip(Cell cell, Backward s, int n) {
    pieces(
        cell.sample(),
        false,
        (one, pixel, pixels) -> {
          int m = pixels * cell.filters();
          skip(
              s,
              n * cell.state() + pixel * cell.filters(),
              m,
              outputGradients(cell, s, n, pixel, m));
        });
  }

  @Override
  public void forward(Cell cell, Forward s) {
    pieces(
        cell,
        false,
        (n, pixel, pixels) -> {
          if (s.masked() == null || s.masked().get(n) == Output.COUNTS) {
            forward(cell, s, n, pixel, pixels);
          } else {
            skip(cell, s, n, pixel, pixels);
          }
        });
  }

  private static void skip(Cell cell, Forward s, int n, long pixel, int pixels) {
    int m = pixels * cell.filters();
    long at = n * cell.state() + pixel * cell.filters();
    s.cAfter().write(s.cBefore().read(at, Floats.scratch(C, m), m), at, m);
    float[] h = s.hBefore().read(at, Floats.scratch(NEXT, m), m);
    s.hAfter().write(h, at, m);
    if (s.output() != null) {
      if (s.masked() != null && s.masked().get(n) == Output.ZEROS) {
        Arrays.fill(h, 0, m, 0);
      }
      s.output().write(h, n * s.outputStride() + pixel * cell.filters(), m);
    }
  }

  private static void forward(Cell cell, Forward s, int n, long pixel, int pixels) {
    int f = cell.filters();
    int m = pixels * f;
    long inState = pixel * f;
    long at = n * cell.state() + inState;
    float[] all = Floats.scratch(ALL, GateOrder.COUNT * m);
    s.gates().read(GateOrder.COUNT * at, all, GateOrder.COUNT * m);
    float[][] gate = split(all, GATE, pixels, f);
    float[] c = s.cBefore().read(at, Floats.scratch(C, m), m);
    if (s.peepholes() != null) {
      addProduct(gate[I], c, s.peepholes().get(0).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
      addProduct(gate[F], c, s.peepholes().get(1).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
    }
    boolean keepPre = s.keep() && cell.keepsPre();
    if (keepPre) {
      for (int g : new int[] {I, F, G}) {
        join(gate[g], all, g, pixels, f);
      }
    }
    apply(cell.recurrentActivation(), gate[I], m);
    apply(cell.recurrentActivation(), gate[F], m);
    apply(cell.activation(), gate[G], m);
    float[] i = gate[I];
    float[] forget = gate[F];
    float[] g = gate[G];
    float[] next = Floats.scratch(NEXT, m);
    for (int k = 0; k < m; k++) {
      next[k] = forget[k] * c[k] + i[k] * g[k];
    }
    float[] o = gate[O];
    if (s.peepholes() != null) {
      addProduct(o, next, s.peepholes().get(2).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
    }
    if (keepPre) {
      join(o, all, O, pixels, f);
    }
    apply(cell.recurrentActivation(), o, m);
    s.cAfter().write(next, at, m);
    apply(cell.activation(), next, m);
    for (int k = 0; k < m; k++) {
      next[k] *= o[k];
    }
    s.hAfter().write(next, at, m);
    if (s.output() != null) {
      s.output().write(next, n * s.outputStride() + inState, m);
    }
    if (s.keep()) {
      if (!keepPre) {
        for (int q = 0; q < GateOrder.COUNT; q++) {
          join(gate[q], all, q, pixels, f);
        }
      }
      s.gates().write(all, GateOrder.COUNT * at, GateOrder.COUNT * m);
    }
  }

  @Override
  public void backward(Cell cell, Backward s) {
    pieces(
        cell,
        s.peepholes() != null,
        (n, pixel, pixels) -> {
          int m = pixels * cell.filters();
          float[] dh = outputGradients(cell, s, n, pixel, m);
          if (s.masked() == null || s.masked().get(n) == Output.COUNTS) {
            backward(cell, s, n, pixel, pixels, dh);
          } else {
            skip(s, n * cell.state() + pixel * cell.filters(), m, dh);
          }
        });
  }

  /** The gradient of h after the step with the output's share. */
  private static float[] outputGradients(Cell cell, Backward s, int n, long pixel, int m) {
    long inState = pixel * cell.filters();
    float[] dh = s.dh().read(n * cell.state() + inState, Floats.scratch(DH, m), m);
    boolean shows = s.masked() == null || s.masked().get(n) != Output.ZEROS;
    if (s.dOutput() != null && shows) {
      float[] dy = s.dOutput().read(n * s.outputStride() + inState, Floats.scratch(SLOPE, m), m);
      for (int k = 0; k < m; k++) {
        dh[k] += dy[k];
      }
    }
    return dh;
  }

  private static void skip(Backward s, long at, int m, float[] dh) {
    s.dh().write(dh, at, m);
    float[] zeros = Floats.scratch(ALL, GateOrder.COUNT * m);
    Arrays.fill(zeros, 0, GateOrder.COUNT * m, 0);
    s.gates().write(zeros, GateOrder.COUNT * at, GateOrder.COUNT * m);
  }

  private static void backward(Cell cell, Backward s, int n, long pixel, int pixels, float[] dh) {
    int f = cell.filters();
    int m = pixels * f;
    long inState = pixel * f;
    long at = n * cell.state() + inState;
    float[] all = Floats.scratch(ALL, GateOrder.COUNT * m);
    s.gates().read(GateOrder.COUNT * at, all, GateOrder.COUNT * m);
    float[][] gate = split(all, GATE, pixels, f);
    float[][] pre = cell.keepsPre() ? split(all, PRE, pixels, f) : gate;
    if (cell.keepsPre()) {
      for (int q = 0; q < GateOrder.COUNT; q++) {
        apply(q == G ? cell.activation() : cell.recurrentActivation(), gate[q], m);
      }
    }
    float[] c = s.cBefore().read(at, Floats.scratch(C, m), m);
    float[] next = s.cAfter().read(at, Floats.scratch(NEXT, m), m);
    float[] dc = s.dc().read(at, Floats.scratch(DC, m), m);
    float[] slope = Floats.scratch(SLOPE, m);
    float[] tanh = Floats.scratch(TANH, m);
    System.arraycopy(next, 0, tanh, 0, m);
    apply(cell.activation(), tanh, m);
    float[] o = gate[O];
    float[] dOut = Floats.scratch(D + O, m);
    derivative(cell, cell.recurrentActivation(), pre[O], o, slope, m);
    for (int k = 0; k < m; k++) {
      dOut[k] = dh[k] * tanh[k] * slope[k];
    }
    if (Functions.fromValue(cell.activation())) {
      Functions.derivativeFromValue(cell.activation(), tanh, slope, m);
    } else {
      Functions.derivative(cell.activation(), next, slope, m);
    }
    for (int k = 0; k < m; k++) {
      dc[k] += dh[k] * o[k] * slope[k];
    }
    if (s.peepholes() != null) {
      addProduct(dc, dOut, s.peepholes().get(2).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
    }
    float[] dIn = slopes(cell, pre, gate, I, m);
    float[] dForget = slopes(cell, pre, gate, F, m);
    float[] dCandidate = slopes(cell, pre, gate, G, m);
    float[] i = gate[I];
    float[] forget = gate[F];
    float[] g = gate[G];
    for (int k = 0; k < m; k++) {
      dIn[k] *= dc[k] * g[k];
      dForget[k] *= dc[k] * c[k];
      dCandidate[k] *= dc[k] * i[k];
      dc[k] *= forget[k];
    }
    if (s.peepholes() != null && s.dPeepholes() != null) {
      addProduct(dc, dIn, s.peepholes().get(0).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
      addProduct(
          dc, dForget, s.peepholes().get(1).read(inState, Floats.scratch(PEEPHOLE, m), m), m);
      addPeephole(s.dPeepholes().get(0), inState, dIn, c, m);
      addPeephole(s.dPeepholes().get(1), inState, dForget, c, m);
      addPeephole(s.dPeepholes().get(2), inState, dOut, next, m);
    }
    s.dc().write(dc, at, m);
    for (int q = 0; q < GateOrder.COUNT; q++) {
      join(Floats.scratch(D + q, m), all, q, pixels, f);
    }
    s.gates().write(all, GateOrder.COUNT * at, GateOrder.COUNT * m);
  }

  /** The derivatives of one gate's activation, in its gradient's array. */
  private static float[] slopes(Cell cell, float[][] pre, float[][] gate, int q, int m) {
    float[] d = Floats.scratch(D + q, m);
    Activation a = q == G ? cell.activation() : cell.recurrentActivation();
    derivative(cell, a, pre[q], gate[q], d, m);
    return d;
  }

  private static void derivative(
      Cell cell, Activation a, float[] pre, float[] value, float[] d, int m) {
    if (cell.keepsPre()) {
      Functions.derivative(a, pre, d, m);
    } else {
      Functions.derivativeFromValue(a, value, d, m);
    }
  }

  private static void addPeephole(At target, long inState, float[] d, float[] c, int m) {
    float[] sum = target.read(inState, Floats.scratch(PEEPHOLE, m), m);
    addProduct(sum, d, c, m);
    target.write(sum, inState, m);
  }

  private static void addProduct(float[] sum, float[] a, float[] b, int m) {
    for (int k = 0; k < m; k++) {
      sum[k] += a[k] * b[k];
    }
  }

  /** The gates of some pixels, one array each, in the scratch arrays from {@code slot} on. */
  private static float[][] split(float[] all, int slot, int pixels, int f) {
    float[][] gate = new float[GateOrder.COUNT][];
    for (int q = 0; q < gate.length; q++) {
      gate[q] = Floats.scratch(slot + q, pixels * f);
      for (int p = 0; p < pixels; p++) {
        System.arraycopy(all, (p * GateOrder.COUNT + q) * f, gate[q], p * f, f);
      }
    }
    return gate;
  }

  private static void join(float[] gate, float[] all, int q, int pixels, int f) {
    for (int p = 0; p < pixels; p++) {
      System.arraycopy(gate, p * f, all, (p * GateOrder.COUNT + q) * f, f);
    }
  }

  private static void apply(Activation a, float[] x, int n) {
    switch (a.kind()) {
      case TANH -> tanh(x, n);
      case SIGMOID -> {
        for (int k = 0; k < n; k++) {
          x[k] *= 0.5f;
        }
        tanh(x, n);
        for (int k = 0; k < n; k++) {
          x[k] = 0.5f * x[k] + 0.5f; // sigmoid(x) = (1 + tanh(x / 2)) / 2
        }
      }
      default -> Functions.apply(a, x, n);
    }
  }

  /**
   * A rational approximation of tanh (Eigen's, degree 13 over 6), within 4e-7 of it everywhere, in
   * operations that the JVM vectorises. NaN stays NaN.
   */
  static void tanh(float[] x, int n) {
    for (int k = 0; k < n; k++) {
      float v = Math.max(-7.905311f, Math.min(7.905311f, x[k]));
      float v2 = v * v;
      float p = -2.7607684e-16f;
      p = p * v2 + 2.000188e-13f;
      p = p * v2 - 8.604672e-11f;
      p = p * v2 + 5.1222973e-8f;
      p = p * v2 + 1.48572235e-5f;
      p = p * v2 + 6.3726195e-4f;
      p = p * v2 + 4.8935246e-3f;
      float q = 1.1982584e-6f;
      q = q * v2 + 1.1853471e-4f;
      q = q * v2 + 2.2684347e-3f;
      q = q * v2 + 4.893525e-3f;
      x[k] = v * p / q;
    }
  }
}
