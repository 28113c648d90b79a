package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HeapWatchTest {
  private static final long MIB = 1 << 20;

  /** Some of what is in use is garbage. */
  private static final class Heap implements HeapWatch.Heap {
    private long garbage = 100 * MIB;
    private long reachable = 50 * MIB;
    private int collections;

    @Override
    public long used() {
      return garbage + reachable;
    }

    @Override
    public void collect() {
      garbage = 0;
      collections++;
    }
  }

  private final Heap heap = new Heap();

  @Test
  void collectsBeforeARunAndWhenItsArraysAndALittleMoreAreExceeded() {
    HeapWatch watch = new HeapWatch(10 * MIB, 30 * MIB, heap);
    assertEquals(1, heap.collections);
    heap.garbage = 42 * MIB;
    watch.look();
    assertEquals(1, heap.collections);
    heap.garbage = 43 * MIB;
    watch.look();
    assertEquals(2, heap.collections);
    assertEquals(0, heap.garbage);
  }

  @Test
  void doesNotLookAgainForWhatIsNoGarbage() {
    HeapWatch watch = new HeapWatch(0, 40 * MIB, heap);
    heap.reachable = 200 * MIB;
    for (int i = 0; i < 5; i++) {
      heap.garbage = i * MIB;
      watch.look();
    }
    assertEquals(2, heap.collections);
    heap.garbage = 33 * MIB;
    watch.look();
    assertEquals(3, heap.collections);
  }

  @Test
  void leavesASmallRunAlone() {
    HeapWatch watch = new HeapWatch(MIB, 30 * MIB, heap);
    heap.garbage = 500 * MIB;
    watch.look();
    assertEquals(0, heap.collections);
  }
}
