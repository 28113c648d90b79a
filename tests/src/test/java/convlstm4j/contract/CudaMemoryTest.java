package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.gpusim.Simulator;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The memory of {@code cuda}: blocks of closed buffers are used again, on the simulated driver. */
class CudaMemoryTest {
  private static final Shape SHAPE = Shape.of(3, 5);
  private static final long BYTES = 15L * Float.BYTES;

  /** Calls of the driver for memory since the last look. */
  private static long calls(String function) {
    long n = Simulator.trace().stream().filter(l -> l.split("[ (]", 2)[0].equals(function)).count();
    Simulator.clearTrace();
    return n;
  }

  private static Buffer buffer(Backend b, Shape shape) {
    return b.memory().allocateUnset(DType.FLOAT32, shape);
  }

  @Test
  void aClosedBuffersBlockIsUsedAgain() {
    try (Backend b = Backends.named("cuda")) {
      buffer(b, SHAPE).close();
      calls("cuMemAlloc");
      try (Buffer same = buffer(b, SHAPE);
          Buffer other = buffer(b, Shape.of(5))) {
        assertEquals(1, calls("cuMemAlloc"), "the block of 15 elements is there, that of 5 not");
        assertEquals(BYTES + 5L * Float.BYTES, b.memory().liveBytes());
        assertEquals(same.shape().elements(), 3 * other.shape().elements());
      }
      assertEquals(0, b.memory().liveBytes());
    }
  }

  /** A block is of one buffer at a time, whatever is closed when, and new memory is zeros. */
  @Test
  void buffersDoNotShareMemory() {
    long seed = Long.getLong("seed", 20261129L);
    Random random = new Random(seed);
    try (Backend b = Backends.named("cuda")) {
      Memory memory = b.memory();
      List<Buffer> open = new ArrayList<>();
      List<Integer> marks = new ArrayList<>();
      long live = 0;
      for (int i = 1; i <= 300; i++) {
        if (open.isEmpty() || random.nextBoolean()) {
          Shape shape = Shape.of(random.nextInt(4), 2);
          Buffer one = memory.allocate(DType.FLOAT32, shape);
          for (float v : memory.download(one).floats()) {
            assertEquals(0, v, "seed=" + seed);
          }
          memory.fill(one, i);
          open.add(one);
          marks.add(i);
          live += shape.elements() * Float.BYTES;
        } else {
          int which = random.nextInt(open.size());
          Buffer one = open.remove(which);
          int mark = marks.remove(which);
          for (float v : memory.download(one).floats()) {
            assertEquals(mark, v, "seed=" + seed);
          }
          live -= one.shape().elements() * Float.BYTES;
          one.close();
        }
        assertEquals(live, memory.liveBytes(), "seed=" + seed);
      }
      open.forEach(Buffer::close);
    }
  }

  /** Where the driver has no room, free blocks of other sizes go back to it. */
  @Test
  void freeBlocksGoWhereThereIsNoRoom() {
    try (Backend b = Backends.named("cuda")) {
      buffer(b, SHAPE).close();
      Simulator.clearTrace();
      Simulator.failAllocation(1);
      try (Buffer other = buffer(b, Shape.of(77))) {
        assertEquals(Shape.of(77), other.shape());
        assertEquals(1, calls("cuMemFree"));
      }
      buffer(b, SHAPE).close();
      assertEquals(1, calls("cuMemAlloc"), "its block had gone back");
    }
  }

  @Test
  void whatIsStillNotThereIsSaid() {
    try (Backend b = Backends.named("cuda");
        Buffer one = buffer(b, SHAPE)) {
      Simulator.failAllocation(1);
      Simulator.failAllocation(2);
      BackendException e = assertThrows(BackendException.class, () -> buffer(b, Shape.of(1 << 20)));
      assertTrue(
          e.getMessage().startsWith("cuda: no device memory for [1048576] (4 MiB) beside 0 MiB"),
          e.getMessage());
      assertEquals(BYTES, b.memory().liveBytes(), one.shape() + " alone");
      Simulator.clearFailures();
      buffer(b, Shape.of(1 << 20)).close();
    }
  }

  /** An empty array has a block, so that its address is one. */
  @Test
  void emptyArrays() {
    try (Backend b = Backends.named("cuda");
        Buffer none = b.memory().allocate(DType.FLOAT32, Shape.of(0, 3))) {
      assertEquals(0, b.memory().liveBytes());
      assertEquals(0, b.memory().download(none).size());
    }
  }
}
