package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.gpusim.Simulator.KernelRun;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that the gates' kernels touch in device memory at each step, against what the formulas need
 * with the op's options, each array once.
 */
class CudaTrafficTest {
  private static final double MOST = 1.15;
  private static final String GRAPHS = "convlstm4j.cuda.graphs";

  /**
   * The masks of two samples: first, last and neighbouring steps are masked, never both samples.
   */
  private static final int[][] MASKS = {{0, 1, 0, 0, 1, 1}, {1, 1, 1, 1, 1, 0}};

  private static final int SAMPLES = MASKS.length;
  private static final int STEPS = MASKS[0].length;

  private static final int FILTERS = 5;

  /** Elements of a state. */
  private static final int STATE = FILTERS * 7 * 6;

  @BeforeEach
  void launchPlainly() {
    System.setProperty(GRAPHS, "false");
  }

  @AfterEach
  void forget() {
    System.clearProperty(GRAPHS);
  }

  /** Every combination of options, of a common pair of activations and of another. */
  static Stream<ConvLstm2d> ops() {
    List<ConvLstm2d> ops = new ArrayList<>();
    for (Activation activation : List.of(Activation.TANH, Activation.SWISH)) {
      for (int kernel : new int[] {3, 2}) {
        for (int options = 0; options < 16; options++) {
          boolean masked = (options & 2) > 0;
          if (masked || (options & 8) == 0) {
            ops.add(op(activation, kernel, options));
          }
        }
      }
    }
    return ops.stream();
  }

  private static ConvLstm2d op(Activation activation, int kernel, int options) {
    Window window =
        new Window(
            List.of(kernel, kernel),
            List.of(1, 1),
            List.of(1, 1),
            Padding.SAME,
            DataFormat.CHANNELS_FIRST);
    return new ConvLstm2d(
        FILTERS,
        window,
        activation,
        Activation.SIGMOID,
        true,
        (options & 1) > 0,
        true,
        false,
        (options & 2) > 0,
        (options & 8) > 0,
        0,
        (options & 4) > 0 ? 0.25 : 0);
  }

  private static List<Tensor> inputs(ConvLstm2d op) {
    List<Tensor> inputs = CudaLaunchesTest.inputs(op, STEPS);
    if (op.masked()) {
      Tensor mask = inputs.get(op.input("mask"));
      for (int i = 0; i < mask.size(); i++) {
        mask.set(i, MASKS[i / STEPS][i % STEPS]);
      }
    }
    return inputs;
  }

  /** The runs of the gates' kernels, in their order. */
  private static List<KernelRun> runs(ConvLstm2d op, Mode mode, boolean backward) {
    List<Tensor> inputs = inputs(op);
    try (Backend backend = Backends.named("cuda");
        OpRun run = new OpRun(backend, DType.FLOAT32, mode, op, inputs, new Philox(5, 0))) {
      if (backward) {
        OpCase c = OpCase.of("traffic", op, inputs, 1, 1);
        run.runForward();
        run.prepareBackward(c.outputGradients(new Philox(6, 0)), i -> true);
        Simulator.clearTrace();
        run.runBackward();
      } else {
        Simulator.clearTrace();
        run.runForward();
      }
      run.forward(); // its downloads wait for all work
      String pass = backward ? "backward" : mode == Mode.TRAINING ? "forward" : "infer";
      return Simulator.kernelBytes().stream()
          .filter(r -> r.kernel().startsWith("gates_" + pass + "_"))
          .limit(STEPS)
          .toList();
    }
  }

  private static boolean counts(ConvLstm2d op, int sample, int step) {
    return !op.masked() || MASKS[sample][step] != 0;
  }

  /** Whether the output of a masked step is another array's. */
  private static boolean repeats(ConvLstm2d op) {
    return op.masked() && !op.zeroOutputForMask();
  }

  /**
   * Floats per element: z and c in, what backward needs of the gates, c and h out. With recurrent
   * dropout 4 masks in and, but for the last step, 4 copies of h out, and y; h as well if a masked
   * step may need it. A masked step takes over c, h and, unless it is 0, the output.
   */
  private static int forward(ConvLstm2d op, int sample, int step, boolean training) {
    boolean drops = op.recurrentDropout() > 0 && step < STEPS - 1;
    int h = drops ? 4 + 4 + 1 + (op.masked() ? 1 : 0) : op.masked() ? 2 : 1;
    if (counts(op, sample, step)) {
      return 4 + 1 + (training ? 4 : 0) + 1 + h;
    }
    return 2 + 1 + (repeats(op) && step > 0 ? 1 : 0) + h;
  }

  /**
   * Floats per element: 4 gates, c, c', dy, dh, dc in, 4 dz and dc out; with recurrent dropout 4 dh
   * and 4 masks in place of dh. What a masked step hands back is read where dh is at the step
   * before it; such a step has nothing but dy, dh and dz.
   */
  private static int backward(ConvLstm2d op, int sample, int step) {
    boolean last = step == STEPS - 1;
    boolean countsAfter = last ? !op.masked() : counts(op, sample, step + 1);
    int dh = countsAfter ? op.recurrentDropout() > 0 && !last ? 8 : 1 : 1;
    int dOutput = !countsAfter && repeats(op) ? 1 : 0;
    if (counts(op, sample, step)) {
      return 4 + 2 + 1 + dh + dOutput + 1 + 4 + 1;
    }
    return 1 + dh + dOutput + 4 + (countsAfter ? 1 : 0) + (repeats(op) ? 1 : 0);
  }

  private static void check(ConvLstm2d op, Mode mode, boolean backward) {
    List<KernelRun> runs = runs(op, mode, backward);
    assertEquals(STEPS, runs.size());
    for (int i = 0; i < STEPS; i++) {
      int step = backward ? STEPS - 1 - i : i;
      // Peepholes are the same for all samples, and so are the sums of their gradients.
      int floats = op.peephole() ? backward ? 9 : 3 : 0;
      for (int sample = 0; sample < SAMPLES; sample++) {
        floats +=
            backward
                ? backward(op, sample, step)
                : forward(op, sample, step, mode == Mode.TRAINING);
      }
      int bias = backward ? 0 : 4 * FILTERS;
      double least = ((double) floats * STATE + bias) * Float.BYTES;
      KernelRun r = runs.get(i);
      double touched = r.distinctReadBytes() + r.distinctWrittenBytes();
      String what = op + ", step " + step + ", " + r + ": " + touched / least + " times the least";
      assertTrue(touched <= MOST * least, what);
      assertTrue(touched >= least, what);
      assertEquals(r.distinctWrittenBytes(), r.writtenBytes(), what);
    }
  }

  @ParameterizedTest
  @MethodSource("ops")
  void forwardTouchesWhatItNeeds(ConvLstm2d op) {
    check(op, Mode.TRAINING, false);
  }

  static Stream<ConvLstm2d> inferenceOps() {
    return ops().filter(op -> op.recurrentDropout() == 0);
  }

  @ParameterizedTest
  @MethodSource("inferenceOps")
  void inferenceTouchesWhatItNeeds(ConvLstm2d op) {
    check(op, Mode.INFERENCE, false);
  }

  @ParameterizedTest
  @MethodSource("ops")
  void backwardTouchesWhatItNeeds(ConvLstm2d op) {
    check(op, Mode.TRAINING, true);
  }
}
