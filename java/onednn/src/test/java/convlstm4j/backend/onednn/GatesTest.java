package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Plan;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gates in Java, which are used where those in C++ are missing, and the guards of memory. */
class GatesTest {
  private static final int SAMPLES = 3;
  private static final int PIXELS = 11;
  private static final int FILTERS = 5;
  private static final int STATE = PIXELS * FILTERS;
  private static final int ALL = SAMPLES * STATE;

  private final NativeMemory memory = new NativeMemory();
  private final List<NativeBuffer> open = new ArrayList<>();
  private final Philox random = new Philox(5, 5);

  @AfterEach
  void close() {
    open.forEach(NativeBuffer::close);
    assertEquals(0, memory.liveBytes());
  }

  @Test
  void rationalTanhIsAsCloseAsItSays() {
    double worst = 0;
    for (double from = -12; from < 12; from += 0.01) {
      float[] x = new float[64];
      for (int k = 0; k < x.length; k++) {
        x[k] = (float) (from + k * 0.01 / x.length);
      }
      float[] y = x.clone();
      JavaGates.tanh(y, y.length);
      for (int k = 0; k < x.length; k++) {
        worst = Math.max(worst, Math.abs(y[k] - Math.tanh(x[k])));
      }
    }
    assertTrue(worst < 4e-7, "error " + worst);
    float[] nan = {Float.NaN};
    JavaGates.tanh(nan, 1);
    assertTrue(Float.isNaN(nan[0]));
  }

  @Test
  void javaAndNativeGatesAgree() {
    try (Dnnl dnnl = Dnnl.start()) {
      NativeGates compiled = new NativeGates(Built.kernels(dnnl));
      List<GatePass.Output> masked =
          List.of(GatePass.Output.COUNTS, GatePass.Output.ZEROS, GatePass.Output.REPEATS);
      int pairs = 0;
      for (Activation a : activations()) {
        for (Activation ra : activations()) {
          boolean pre = !Functions.fromValue(a) || !Functions.fromValue(ra);
          GatePass.Cell cell = new GatePass.Cell(SAMPLES, PIXELS, FILTERS, a, ra, pre);
          List<GatePass.Output> mask = pairs++ % 2 == 0 ? masked : null;
          List<At> expected = step(new JavaGates(), cell, mask);
          compare(a + ", " + ra, expected, step(compiled, cell, mask), pre);
        }
      }
      assertEquals(144, pairs);
    }
  }

  /** All that a cell may have, some with other numbers of theirs. */
  private static List<Activation> activations() {
    List<Activation> all = new ArrayList<>();
    for (Activation.Kind k : Activation.Kind.values()) {
      if (k != Activation.Kind.SOFTMAX) {
        all.add(new Activation(k, 0));
      }
    }
    all.add(Activation.elu(1.5));
    all.add(Activation.leakyRelu(-0.3)); // not monotonic: a value has two arguments
    return all;
  }

  /** Both ways to compute a layer take the gates in C++ whatever the activations are. */
  @Test
  void everyPairOfActivationsRunsInCpp() {
    try (Dnnl dnnl = Dnnl.start()) {
      Built.kernels(dnnl);
      for (Activation a : activations()) {
        for (Activation ra : activations()) {
          for (int dilation : new int[] {1, 2}) { // Winograd's algorithm knows none
            try (Plan plan = layer(dnnl, a, ra, dilation)) {
              String way = plan.algorithm();
              assertTrue(way.contains(dilation == 1 ? "with gates, C++" : "gates in C++"), way);
            }
          }
        }
      }
    }
  }

  private static Plan layer(Dnnl dnnl, Activation a, Activation ra, int dilation) {
    Window window =
        new Window(
            List.of(3, 3),
            List.of(1, 1),
            List.of(dilation, dilation),
            Padding.SAME,
            DataFormat.CHANNELS_LAST);
    ConvLstm2d op = new ConvLstm2d(16, window, a, ra, true, false, true, false, false, false, 0, 0);
    Shape state = Shape.of(1, 64, 64, 16);
    List<Shape> in =
        List.of(
            Shape.of(1, 2, 64, 64, 16),
            state,
            state,
            Shape.of(3, 3, 16, 64),
            Shape.of(3, 3, 16, 64),
            Shape.of(64));
    return Kernels.plan(dnnl, op, in, Mode.TRAINING);
  }

  /** Runs a step forward and backward on data that depends on nothing; all that it writes. */
  private List<At> step(GatePass gates, GatePass.Cell cell, List<GatePass.Output> masked) {
    At z = filled(1, 4 * ALL, 2);
    At c = filled(2, ALL, 1);
    At cAfter = filled(3, ALL, 0);
    At h = filled(4, ALL, 1);
    At hAfter = filled(5, ALL, 0);
    At output = filled(6, ALL, 0);
    List<At> peepholes = List.of(filled(7, STATE, 1), filled(8, STATE, 1), filled(9, STATE, 1));
    gates.forward(
        cell,
        new GatePass.Forward(z, true, c, cAfter, h, hAfter, output, STATE, peepholes, masked));
    At dz = filled(10, 4 * ALL, 0);
    Floats.copy(z.buffer(), 0, dz.buffer(), 0, 4 * ALL);
    At dy = filled(11, ALL, 1);
    At dh = filled(12, ALL, 1);
    At dc = filled(13, ALL, 1);
    List<At> dw = List.of(filled(14, STATE, 0), filled(15, STATE, 0), filled(16, STATE, 0));
    gates.backward(
        cell, new GatePass.Backward(dz, c, cAfter, dy, STATE, dh, dc, peepholes, dw, masked));
    return List.of(z, cAfter, hAfter, output, dz, dc, dw.get(0), dw.get(1), dw.get(2));
  }

  private At filled(int stream, int n, float scale) {
    NativeBuffer b = memory.allocate(DType.FLOAT32, Shape.of(n));
    open.add(b);
    Philox r = random.stream(1, stream);
    for (int k = 0; k < n; k++) {
      Floats.set(b, k, (float) (scale * r.normal(k)));
    }
    return new At(b, 0);
  }

  /** Sums of numbers that have no bounds may be small where their terms were large. */
  private static void compare(String name, List<At> expected, List<At> got, boolean unbounded) {
    for (int i = 0; i < expected.size(); i++) {
      float largest = 1;
      for (int k = 0; k < expected.get(i).buffer().size() && unbounded; k++) {
        largest = Math.max(largest, Math.abs(Floats.get(expected.get(i).buffer(), k)));
      }
      for (int k = 0; k < expected.get(i).buffer().size(); k++) {
        float e = Floats.get(expected.get(i).buffer(), k);
        float g = Floats.get(got.get(i).buffer(), k);
        assertEquals(e, g, 5e-6 * Math.max(largest, Math.abs(e)), name + ": array " + i + ", " + k);
      }
    }
  }

  @Test
  void writingBesideABufferIsFound() {
    NativeBuffer b = memory.allocate(DType.FLOAT32, Shape.of(3));
    Floats.set(b, 3, 1);
    BackendException e = assertThrows(BackendException.class, b::close);
    assertTrue(e.getMessage().contains("was overwritten"), e.getMessage());
  }
}
