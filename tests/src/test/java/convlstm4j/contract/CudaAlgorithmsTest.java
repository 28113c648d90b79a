package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Op;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Algorithms of cuDNN that are listed and refuse: the next has its turn. */
class CudaAlgorithmsTest {
  private static final int NOT_SUPPORTED = 3000;
  private static final int BAD_PARAM = 2000;

  /** Enough pixels that the columns of GEMM need more workspace than any other algorithm. */
  private static final Shape IMAGES = Shape.of(2, 3, 12, 11);

  @AfterEach
  void forget() {
    Simulator.refuseAlgorithms(0);
    Simulator.clearFailures();
  }

  /** Each case with other refusals; by default every third case. */
  @TestFactory
  Stream<DynamicTest> theNextAlgorithmComputesTheSame() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Class<? extends Op> kind : List.of(Conv.class, ConvLstm2d.class)) {
      List<OpCase> cases = SomeCases.of(kind, new Philox(Seeds.SEED, 0));
      for (int i = 0; i < cases.size(); i += Sweep.FULL ? 1 : 3) {
        OpCase c = cases.get(i);
        long refusals = Seeds.SEED * 31 + tests.size() + 1;
        tests.add(
            DynamicTest.dynamicTest(
                c.toString(), () -> Seeds.replayable(() -> agrees(c, refusals))));
      }
    }
    return tests.stream();
  }

  private static void agrees(OpCase c, long refusals) {
    Simulator.refuseAlgorithms(refusals);
    Philox random = new Philox(Seeds.SEED, 1);
    try (Backend backend = Backends.named("cuda")) {
      ContractChecks.all(backend, c, random, ProductPrecision.FLOAT32);
    }
  }

  private static Conv op() {
    List<Integer> one = List.of(1, 1);
    return new Conv(
        4, new Window(List.of(3, 3), one, one, Padding.SAME, DataFormat.CHANNELS_FIRST), true);
  }

  private static List<Tensor> inputs() {
    Philox random = new Philox(3, 0);
    return List.of(
        OpCase.normal(IMAGES, 1, random.stream(0, 0)),
        OpCase.normal(Shape.of(3, 3, 3, 4), 1, random.stream(0, 1)),
        OpCase.normal(Shape.of(4), 1, random.stream(0, 2)));
  }

  private static OpRun run(Backend backend) {
    return new OpRun(backend, DType.FLOAT32, Mode.TRAINING, op(), inputs(), new Philox(5, 0));
  }

  private static List<String> algorithms() {
    return Simulator.trace().stream()
        .filter(line -> line.startsWith("cudnnConvolutionForward "))
        .filter(line -> !line.contains("->"))
        .map(line -> line.split(" ")[1])
        .toList();
  }

  @Test
  void oneThatRefusesAtWorkIsNotAskedAgain() {
    try (Backend backend = Backends.named("cuda");
        OpRun run = run(backend)) {
      Tensor expected = run.forward().get(0);
      Simulator.clearTrace();
      Simulator.failCall("cudnnConvolutionForward", 1, NOT_SUPPORTED);
      Tensor first = run.forward().get(0);
      Tensor second = run.forward().get(0);
      assertEquals(List.of("GEMM", "GEMM"), algorithms());
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i), first.get(i), 1e-5);
        assertEquals(first.get(i), second.get(i));
      }
    }
  }

  /** The next one's workspace was not planned for, and the device has none. */
  @Test
  void oneWithoutRoomForItsWorkspaceIsLeftOutToo() {
    try (Backend backend = Backends.named("cuda");
        OpRun run = run(backend)) {
      Simulator.clearTrace();
      Simulator.failCall("cudnnConvolutionForward", 1, NOT_SUPPORTED);
      Simulator.failAllocation(1);
      assertTrue(run.forward().get(0).isFinite());
      assertEquals(List.of("IMPLICIT_GEMM"), algorithms());
    }
  }

  @Test
  void whereNoneIsLeftAllThatWasTriedIsNamed() {
    try (Backend backend = Backends.named("cuda");
        OpRun run = run(backend)) {
      OpCase gradients = OpCase.of("gradients", op(), inputs(), 1, 1);
      run.forward();
      Simulator.failCall("cudnnConvolutionBackwardData", 1, NOT_SUPPORTED);
      BackendException e =
          assertThrows(
              BackendException.class,
              () -> run.backward(gradients.outputGradients(new Philox(6, 0))));
      String message = e.getMessage();
      assertTrue(
          message.startsWith("cuda: none of cuDNN's algorithms computes the BackwardData pass of "),
          message);
      for (String tried :
          List.of(
              "tried WINOGRAD_NONFUSED: rounds more than float32 does",
              " 0: other bits in every run",
              " 1: CUDNN_STATUS_NOT_SUPPORTED (3000)",
              "WINOGRAD: CUDNN_STATUS_NOT_SUPPORTED (3000)")) {
        assertTrue(message.contains(tried), message);
      }
    }
  }

  /** A refusal that is not the algorithm's ends the call: another would not help. */
  @Test
  void whatIsNotTheAlgorithmsFaultIsTold() {
    try (Backend backend = Backends.named("cuda");
        OpRun run = run(backend)) {
      Simulator.failCall("cudnnConvolutionForward", 1, BAD_PARAM);
      BackendException e = assertThrows(BackendException.class, run::forward);
      assertEquals("cuda: cudnnConvolutionForward: CUDNN_STATUS_BAD_PARAM (2000)", e.getMessage());
      assertTrue(run.forward().get(0).isFinite());
    }
  }
}
