package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.gpusim.Simulator.KernelRun;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bytes that the gates' kernels touch in device memory, against what their formulas need: forward 4
 * z and c in, 4 gates, c and h out; inference c and h out; backward 4 gates, c, c', dy, dh, dc in,
 * 4 dz and dc out; each array once.
 */
class CudaTrafficTest {
  private static final int STEPS = 4;
  private static final double MOST = 1.15;
  private static final String GRAPHS = "convlstm4j.cuda.graphs";

  @BeforeEach
  void launchPlainly() {
    System.setProperty(GRAPHS, "false");
  }

  @AfterEach
  void forget() {
    System.clearProperty(GRAPHS);
  }

  private static List<KernelRun> runs(Mode mode, boolean backward) {
    ConvLstm2d op = CudaLaunchesTest.op(DataFormat.CHANNELS_FIRST, false);
    try (Backend backend = Backends.named("cuda");
        OpRun run =
            new OpRun(
                backend,
                DType.FLOAT32,
                mode,
                op,
                CudaLaunchesTest.inputs(op, STEPS),
                new Philox(5, 0))) {
      if (backward) {
        OpCase c = OpCase.of("traffic", op, CudaLaunchesTest.inputs(op, STEPS), 1, 1);
        run.runForward();
        run.prepareBackward(c.outputGradients(new Philox(6, 0)), i -> true);
        Simulator.clearTrace();
        run.runBackward();
      } else {
        Simulator.clearTrace();
        run.runForward();
      }
      run.forward(); // its downloads wait for all work
      return Simulator.kernelBytes();
    }
  }

  private static void check(List<KernelRun> runs, String kernel, int arrays) {
    // State of 5 filters, 7x6 pixels, 2 samples.
    double least = arrays * 5.0 * 7 * 6 * 2 * Float.BYTES;
    List<KernelRun> gates = runs.stream().filter(r -> r.kernel().startsWith(kernel)).toList();
    assertTrue(gates.size() >= STEPS, runs.toString());
    for (KernelRun r : gates.subList(0, STEPS)) {
      double touched = r.distinctReadBytes() + r.distinctWrittenBytes();
      assertTrue(touched <= MOST * least, r + ": " + touched / least + " times the least");
      assertTrue(touched >= least, r + ": " + touched / least + " times the least");
      assertEquals(r.distinctWrittenBytes(), r.writtenBytes(), r.toString());
    }
  }

  @Test
  void forwardTouchesWhatItNeeds() {
    check(runs(Mode.TRAINING, false), "gates_forward_", 11);
  }

  @Test
  void inferenceTouchesWhatItNeeds() {
    check(runs(Mode.INFERENCE, false), "gates_infer_", 7);
  }

  @Test
  void backwardTouchesWhatItNeeds() {
    check(runs(Mode.TRAINING, true), "gates_backward_", 14);
  }
}
