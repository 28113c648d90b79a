package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.cuda.CudaTimer;
import convlstm4j.gpusim.Simulator;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock of the benchmarks, on the simulated driver. */
class CudaTimerTest {
  private static List<String> calls() {
    return Simulator.trace().stream().map(line -> line.split(" ")[0]).toList();
  }

  @Test
  void timesWhatLiesBetweenItsEvents() {
    try (Backend cuda = Backends.named("cuda");
        CudaTimer timer = CudaTimer.of(cuda);
        Buffer small = cuda.memory().allocate(DType.FLOAT32, Shape.of(4));
        Buffer large = cuda.memory().allocate(DType.FLOAT32, Shape.of(1 << 20))) {
      timer.emptyCache();
      long nothing = timer.nanoseconds(() -> {});
      long one = timer.nanoseconds(() -> cuda.memory().fill(small, 1));
      long more =
          timer.nanoseconds(
              () -> {
                cuda.memory().fill(small, 2);
                cuda.memory().fill(large, 3);
              });
      assertTrue(nothing < one && one < more, nothing + ", " + one + ", " + more + " ns");
    }
  }

  @Test
  void emptiesTheCacheBeforeTheClockStarts() {
    try (Backend cuda = Backends.named("cuda");
        CudaTimer timer = CudaTimer.of(cuda);
        Buffer b = cuda.memory().allocate(DType.FLOAT32, Shape.of(4))) {
      Simulator.clearTrace();
      timer.emptyCache();
      timer.nanoseconds(() -> cuda.memory().fill(b, 1));
      assertEquals(
          List.of(
              "cuMemsetD8Async",
              "cuStreamSynchronize",
              "cuEventRecord",
              "cuMemsetD32Async",
              "cuEventRecord",
              "cuEventSynchronize",
              "cuEventElapsedTime"),
          calls());
      String flush = Simulator.trace().get(0);
      assertTrue(flush.contains(String.valueOf(2 * (4 << 20))), "twice the cache: " + flush);
    }
  }

  @Test
  void givesEverythingBack() {
    try (Backend cuda = Backends.named("cuda")) {
      long before = Simulator.liveObjects().stream().filter(o -> o.startsWith("event")).count();
      CudaTimer timer = CudaTimer.of(cuda);
      timer.nanoseconds(() -> {});
      timer.close();
      assertEquals(0, cuda.memory().liveBytes());
      assertEquals(
          before, Simulator.liveObjects().stream().filter(o -> o.startsWith("event")).count());
    }
  }

  @Test
  void leavesNothingBehindIfAnEventCannotBeMade() {
    for (int nth = 1; nth <= 2; nth++) {
      try (Backend cuda = Backends.named("cuda")) {
        long before = Simulator.liveObjects().stream().filter(o -> o.startsWith("event")).count();
        Simulator.failCall("cuEventCreate", nth, 999);
        assertThrows(BackendException.class, () -> CudaTimer.of(cuda));
        assertEquals(0, cuda.memory().liveBytes());
        assertEquals(
            before, Simulator.liveObjects().stream().filter(o -> o.startsWith("event")).count());
      }
    }
  }

  @Test
  void refusesOtherBackends() {
    try (Backend reference = Backends.named("reference")) {
      assertThrows(IllegalArgumentException.class, () -> CudaTimer.of(reference));
    }
  }
}
