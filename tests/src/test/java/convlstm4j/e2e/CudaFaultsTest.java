package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Closing;
import convlstm4j.e2e.FaultScenario.Ending;
import convlstm4j.e2e.FaultScenario.Standing;
import convlstm4j.gpusim.Simulator;
import convlstm4j.model.Model;
import convlstm4j.model.Snapshot;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import jcuda.CudaException;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of the driver and of cuDNN fail, once each. */
class CudaFaultsTest {
  private static final long SEED = Long.getLong("seed", 20261129L);

  private static final boolean FULL = Boolean.getBoolean("full");

  /** Calls of one function in a sample. */
  private static final int MOST = FULL ? 24 : 2;

  private static final int UNKNOWN = 999;
  private static final int EXECUTION_FAILED = 5000;

  /** What stays behind if a call that destroys it is refused. */
  private static final Map<String, String> DESTROYS =
      Map.ofEntries(
          Map.entry("cuMemFree", "device memory"),
          Map.entry("cuMemFreeHost", "pinned memory"),
          Map.entry("cuEventDestroy", "event"),
          Map.entry("cuStreamDestroy", "stream"),
          Map.entry("cuGraphDestroy", "graph"),
          Map.entry("cuGraphExecDestroy", "graph exec"),
          Map.entry("cuModuleUnload", "module"),
          Map.entry("cuDevicePrimaryCtxRelease", "context"),
          Map.entry("cudnnDestroy", "cudnnHandle"),
          Map.entry("cudnnDestroyTensorDescriptor", "cudnnTensorDescriptor"),
          Map.entry("cudnnDestroyFilterDescriptor", "cudnnFilterDescriptor"),
          Map.entry("cudnnDestroyConvolutionDescriptor", "cudnnConvolutionDescriptor"));

  private static FaultScenario scenario;

  @AfterEach
  void forget() {
    Simulator.reset(); // after a failure, do not fail the next test, too
  }

  private static FaultScenario scenario() {
    if (scenario == null) {
      scenario = new FaultScenario();
    }
    return scenario;
  }

  /** A test for each function, in the order in which they are first called. */
  @TestFactory
  Stream<DynamicTest> everyCallFailsOnce() {
    Map<String, List<Integer>> calls = new LinkedHashMap<>();
    for (int i = 0; i < scenario().trace.size(); i++) {
      if (!scenario.isOfCudnn(i)) {
        calls.computeIfAbsent(scenario.function(i), f -> new ArrayList<>()).add(i);
      }
    }
    return calls.entrySet().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey() + ", " + e.getValue().size() + " calls, seed " + SEED,
                    () -> assertAll(chosen(e.getValue()).stream().map(i -> () -> fails(i)))));
  }

  /**
   * Where there are many, the first two, the last, the first at each {@link Standing}, and a
   * sample; in full, of cuDNN's calls and of allocations all.
   */
  private static Set<Integer> chosen(List<Integer> calls) {
    String function = scenario.function(calls.get(0));
    boolean all = FULL && (function.startsWith("cudnn") || function.equals("cuMemAlloc"));
    if (all || calls.size() <= MOST) {
      return new TreeSet<>(calls);
    }
    Set<Integer> chosen = new TreeSet<>(calls.subList(0, 2));
    chosen.add(calls.get(calls.size() - 1));
    Set<Standing> seen = new HashSet<>();
    calls.stream().filter(i -> seen.add(scenario.after(i))).forEach(chosen::add);
    List<Integer> others = new ArrayList<>(calls);
    Collections.shuffle(others, new Random(SEED));
    others.stream().limit(MOST).forEach(chosen::add);
    return chosen;
  }

  private static void fails(int call) {
    String function = scenario.function(call);
    int nth = scenario.nth(call);
    boolean cudnn = function.startsWith("cudnn");
    List<String> words = new ArrayList<>(List.of("cuda: " + function));
    if (!function.endsWith("_v7")) { // of those JCudnn loses the status
      words.add(cudnn ? "CUDNN_STATUS_EXECUTION_FAILED" : "CUDA_ERROR_UNKNOWN");
    }
    if (cudnn && call >= scenario.opened && call < scenario.used) {
      words.add("layer \"");
    }
    disturbed(
        function + " no. " + nth,
        call,
        () -> Simulator.failCall(function, nth, cudnn ? EXECUTION_FAILED : UNKNOWN),
        words,
        DESTROYS.get(function));
  }

  /** Every allocation finds no room, not even when what is kept has been given back. */
  @Test
  void runsOutOfDeviceMemoryAtAnyAllocation() {
    List<Integer> calls = scenario().calls("cuMemAlloc");
    for (int call : calls) {
      assertFalse(scenario.isAfterThePlainStep(call), "a recorded step allocates");
    }
    for (int call : chosen(calls)) {
      int nth = scenario.nth(call);
      disturbed(
          "allocation " + nth,
          call,
          () -> {
            Simulator.failAllocation(nth);
            Simulator.failAllocation(nth + 1);
          },
          List.of("cuda: no device memory for ["),
          null);
    }
  }

  /** Every allocation finds no room until what is kept has been given back. */
  @Test
  void givesBackWhatIsKeptBeforeItRunsOutOfDeviceMemory() {
    Ending expected = scenario().ending(scenario.after(0));
    for (int nth = 1; nth <= scenario.calls("cuMemAlloc").size(); nth += FULL ? 1 : 7) {
      List<String> before = Simulator.liveObjects();
      Simulator.failAllocation(nth);
      try (Backend backend = Backends.named("cuda");
          Model m = FaultScenario.model().backend(backend)) {
        assertSame(expected, FaultScenario.goOn(m));
      }
      assertEquals(before, Simulator.liveObjects(), "allocation " + nth);
    }
  }

  /** The driver does not take a block back: it is lost, but nobody works on it any more. */
  @Test
  void aBlockThatIsNotTakenBackIsNotUsedAgain() {
    List<Integer> calls = scenario().calls("cuMemAlloc");
    int call = calls.get(calls.size() - 1); // when the blocks of the training steps are kept
    int opening = // the trial gives back what it took
        (int) scenario.calls("cuMemFree").stream().filter(c -> c < scenario.opened).count();
    disturbed(
        "giving back",
        call,
        () -> {
          Simulator.failAllocation(scenario.nth(call));
          Simulator.failCall("cuMemFree", opening + 3, UNKNOWN);
        },
        List.of("cuda: cuMemFree: CUDA_ERROR_UNKNOWN"),
        "device memory");
  }

  /** A larger batch needs a larger area; the next one comes up with nothing waited for between. */
  @ParameterizedTest
  @CsvSource({
    "cuStreamSynchronize, 1, ",
    "cuStreamSynchronize, 2, ",
    "cuMemFree, 1, device memory",
    "cuMemAlloc, 1, ",
    "cuEventRecord, 1, ",
    "cuMemcpyHtoDAsync, 2, ",
    "cuMemcpyDtoDAsync, 1, ", // from the area to where it is used
    "cuEventRecord, 8, " // after that
  })
  void aBatchFailsOnItsWayUp(String function, int nth, String lost) {
    Map<String, Tensor> expected;
    try (Model m = FaultScenario.model().backend("cuda")) {
      m.trainOnBatch(FaultScenario.batch(1, 1));
      m.trainOnBatch(FaultScenario.batch(2, 5));
      expected = m.weights();
    }
    try (Model m = FaultScenario.model().backend("cuda")) {
      m.trainOnBatch(FaultScenario.batch(1, 1));
      Simulator.failCall(function, nth, UNKNOWN);
      BackendException e =
          assertThrows(BackendException.class, () -> m.trainOnBatch(FaultScenario.batch(2, 5)));
      assertEquals("cuda: " + function + ": CUDA_ERROR_UNKNOWN", e.getMessage());
      m.trainOnBatch(FaultScenario.batch(2, 5));
      assertSame(expected, m.weights());
    }
    List<String> left = Simulator.liveObjects();
    assertEquals(lost == null ? 0 : 1, left.size(), left.toString());
    Simulator.reset(); // with what is left
  }

  /** After an illegal access every call fails until the context is gone, as on a real device. */
  @Test
  void aLostContextIsToldAndClosed() {
    Backend backend = Backends.named("cuda");
    Model m = FaultScenario.model().backend(backend);
    m.trainOnBatch(FaultScenario.batch(0, 2));
    CUdeviceptr freed = new CUdeviceptr();
    JCudaDriver.cuMemAlloc(freed, 4);
    JCudaDriver.cuMemsetD8Async(freed, (byte) 0, 4, null);
    JCudaDriver.cuMemFree(freed);
    assertThrows(CudaException.class, JCudaDriver::cuCtxSynchronize);
    for (Runnable work :
        List.<Runnable>of(
            () -> m.trainOnBatch(FaultScenario.batch(1, 2)),
            m::weights,
            () -> Closing.all(m, backend))) {
      BackendException e = assertThrows(BackendException.class, work::run);
      assertTrue(e.getMessage().contains("CUDA_ERROR_ILLEGAL_ADDRESS"), e.getMessage());
    }
    assertEquals(List.of(), Simulator.liveObjects());
    try (Model again = FaultScenario.model().backend("cuda")) {
      assertSame(scenario().ending(scenario.after(0)), FaultScenario.goOn(again));
    }
  }

  /**
   * Disturbs the scenario, and goes on after it.
   *
   * @param what is done to it, for messages
   * @param call that is not made
   * @param fault prepares it
   * @param words that the exception says
   * @param lost the kind of the one object that may be left behind in the end, or null
   */
  private static void disturbed(
      String what, int call, Runnable fault, List<String> words, String lost) {
    List<String> before = Simulator.liveObjects();
    try {
      fault.run();
      BackendException e = disturbed(call);
      assertTrue(e != null, "nobody said so");
      words.forEach(w -> assertTrue(e.getMessage().contains(w), e.getMessage()));
      List<String> left = new ArrayList<>(Simulator.liveObjects());
      before.forEach(left::remove);
      assertEquals(lost == null ? 0 : 1, left.size(), left.toString());
      if (lost != null) {
        assertTrue(left.get(0).startsWith(lost + " 0x"), left.get(0));
        Simulator.reset();
      }
    } catch (RuntimeException | AssertionError e) {
      Simulator.reset();
      fail(what + " fails, call " + call + ": " + e, e);
    }
  }

  /** The exception. */
  private static BackendException disturbed(int call) {
    Backend backend;
    try {
      backend = Backends.named("cuda");
    } catch (BackendException e) {
      assertTrue(call < scenario.opened, "opening failed: " + e);
      return e;
    }
    assertTrue(call >= scenario.opened, "opening hides a failure");
    Model m = FaultScenario.model().backend(backend);
    if (call >= scenario.used) {
      FaultScenario.goOn(m);
      BackendException e = failure(m::close);
      BackendException second = failure(backend::close);
      assertTrue(e == null || second == null, "one failure is told twice");
      return e == null ? second : e;
    }
    BackendException e = failure(() -> FaultScenario.goOn(m));
    Simulator.clearFailures();
    Standing at = scenario.after(call);
    assertSame(scenario.state(at), m.snapshot());
    assertSame(scenario.ending(at), FaultScenario.goOn(m));
    assertEquals(scenario.bytes, backend.memory().liveBytes(), "bytes");
    m.close();
    backend.close();
    return e;
  }

  private static BackendException failure(Runnable work) {
    try {
      work.run();
      return null;
    } catch (BackendException e) {
      return e;
    }
  }

  private static void assertSame(Ending expected, Ending got) {
    assertSame(expected.state(), got.state());
    assertEquals(expected.logs(), got.logs());
    assertEquals(expected.predictions(), got.predictions());
  }

  private static void assertSame(Snapshot expected, Snapshot got) {
    assertEquals(expected.progress(), got.progress());
    assertSame(expected.weights(), got.weights());
    boolean none = got.slots().isEmpty(); // as good as zeros
    assertSame(expected.slots(), none ? FaultScenario.zeros(expected.slots()) : got.slots());
    assertSame(expected.sums(), got.sums());
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach(
        (name, t) ->
            assertEquals(FaultScenario.numbers(t), FaultScenario.numbers(got.get(name)), name));
  }
}
