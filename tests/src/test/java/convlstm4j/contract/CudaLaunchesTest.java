package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a ConvLSTM asks of driver and cuDNN, call by call, on the simulated driver. */
class CudaLaunchesTest {
  private static final String GRAPHS = "convlstm4j.cuda.graphs";
  private static final int FEW = 4;
  private static final int MORE = 9;

  @AfterEach
  void forget() {
    System.clearProperty(GRAPHS);
  }

  static ConvLstm2d op(DataFormat format, boolean options) {
    return op(3, format, Activation.TANH, options);
  }

  private static ConvLstm2d op(
      int kernel, DataFormat format, Activation activation, boolean options) {
    return new ConvLstm2d(
        5,
        new Window(List.of(kernel, kernel), List.of(1, 1), List.of(1, 1), Padding.SAME, format),
        activation,
        Activation.SIGMOID,
        true,
        options,
        true,
        options,
        options,
        false,
        options ? 0.25 : 0,
        options ? 0.25 : 0);
  }

  static List<Tensor> inputs(ConvLstm2d op, int steps) {
    boolean first = op.window().format() == DataFormat.CHANNELS_FIRST;
    Shape x = first ? Shape.of(2, steps, 3, 7, 6) : Shape.of(2, steps, 7, 6, 3);
    Shape state = op.stateShape(x);
    long kernel = op.window().size().get(0);
    Philox random = new Philox(11, 0);
    List<Tensor> in = new ArrayList<>();
    for (String name : op.inputNames()) {
      Shape s =
          switch (name) {
            case "x" -> x;
            case "h0", "c0" -> state;
            case "wx" -> Shape.of(kernel, kernel, 3, 20);
            case "wh" -> Shape.of(kernel, kernel, 5, 20);
            case "b" -> Shape.of(20);
            case "mask" -> Shape.of(2, steps);
            default -> state.from(1);
          };
      in.add(OpCase.normal(s, 0.5, random.stream(3, in.size())));
    }
    return in;
  }

  /** Forward and backward calls, by function. */
  private record Calls(Map<String, Long> forward, Map<String, Long> backward) {}

  private static Map<String, Long> count(List<String> trace) {
    return trace.stream()
        .map(line -> line.split("[ (]", 2)[0])
        .collect(Collectors.groupingBy(f -> f, TreeMap::new, Collectors.counting()));
  }

  /** The calls of a plan alone: copies to and from the host are before and after. */
  private static Calls calls(ConvLstm2d op, int steps, int runs) {
    try (Backend backend = Backends.named("cuda");
        OpRun run =
            new OpRun(
                backend, DType.FLOAT32, Mode.TRAINING, op, inputs(op, steps), new Philox(5, 0))) {
      OpCase gradients = OpCase.of("gradients", op, inputs(op, steps), 1, 1);
      run.prepareBackward(gradients.outputGradients(new Philox(6, 0)), i -> true);
      Calls last = null;
      for (int i = 0; i < runs; i++) {
        Simulator.clearTrace();
        run.runForward();
        Map<String, Long> forward = count(Simulator.trace());
        Simulator.clearTrace();
        run.runBackward();
        last = new Calls(forward, count(Simulator.trace()));
      }
      return last;
    }
  }

  /** What one more step adds to the calls. */
  private static Map<String, Long> perStep(Map<String, Long> few, Map<String, Long> more) {
    Map<String, Long> difference = new TreeMap<>();
    for (Map.Entry<String, Long> e : more.entrySet()) {
      long extra = e.getValue() - few.getOrDefault(e.getKey(), 0L);
      assertEquals(0, extra % (MORE - FEW), e.getKey());
      if (extra != 0) {
        difference.put(e.getKey(), extra / (MORE - FEW));
      }
    }
    return difference;
  }

  private static void checkTwoLaunches(ConvLstm2d op) {
    Calls few = calls(op, FEW, 1);
    Calls more = calls(op, MORE, 1);
    assertEquals(
        Map.of("cudnnConvolutionForward", 1L, "cuLaunchKernel", 1L),
        perStep(few.forward, more.forward),
        op.toString());
    assertEquals(
        Map.of("cudnnConvolutionBackwardData", 1L, "cuLaunchKernel", 1L),
        perStep(few.backward, more.backward),
        op.toString());
  }

  /** Even windows, too: cuDNN cannot pad more after than before, so h has a border in memory. */
  @ParameterizedTest
  @EnumSource(DataFormat.class)
  void aStepIsTwoLaunchesAndNothingElse(DataFormat format) {
    System.setProperty(GRAPHS, "false");
    for (int kernel = 1; kernel <= 4; kernel++) {
      for (boolean options : new boolean[] {false, true}) {
        checkTwoLaunches(op(kernel, format, Activation.TANH, options));
        checkTwoLaunches(op(kernel, format, Activation.SWISH, options));
      }
    }
  }

  @Test
  void aRepeatedStretchIsOneGraph() {
    ConvLstm2d op = op(DataFormat.CHANNELS_FIRST, false);
    Calls few = calls(op, FEW, 3);
    Calls more = calls(op, MORE, 3);
    assertEquals(few, more);
    assertEquals(1L, few.forward.get("cuGraphLaunch"));
    assertEquals(1L, few.backward.get("cuGraphLaunch"));
  }
}
