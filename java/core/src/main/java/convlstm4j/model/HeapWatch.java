package convlstm4j.model;

import convlstm4j.backend.Memory;

/**
 * Keeps the Java heap near what is counted of it while runs go on: collectors rather let a heap
 * grow to -Xmx than look through it, and arrays of frames are large.
 */
final class HeapWatch {
  /** What is let grow beside the arrays that are counted. */
  private static final long BESIDE = 32L << 20;

  /** Of a run that takes less, a look through the heap would be most of the work. */
  private static final long LEAST_RUN = 32L << 20;

  /** The heap that it looks at. */
  interface Heap {
    /** Bytes in use, garbage among them. */
    long used();

    /** Collects garbage. */
    void collect();
  }

  /** That of this process. */
  private static final class OfProcess implements Heap {
    @Override
    public long used() {
      Runtime r = Runtime.getRuntime();
      return r.totalMemory() - r.freeMemory();
    }

    @Override
    public void collect() {
      System.gc();
    }
  }

  private final Heap heap;
  private long most;

  /**
   * Collects what is garbage and tidies the backend's memory, before a run that is not small.
   *
   * @param counted bytes of arrays that the run has on the heap
   * @param peak bytes that it takes of the backend's memory
   * @param memory of the backend
   */
  HeapWatch(long counted, long peak, Memory memory) {
    this(counted, peak, new OfProcess());
    if (!isSmall(counted, peak)) {
      memory.tidy();
      memory.begin();
    }
  }

  HeapWatch(long counted, long peak, Heap heap) {
    this.heap = heap;
    if (isSmall(counted, peak)) {
      most = Long.MAX_VALUE;
      return;
    }
    heap.collect();
    most = heap.used() + counted + BESIDE;
  }

  /** Whether a run takes so little that looking after it would be most of the work. */
  static boolean isSmall(long counted, long peak) {
    return counted + peak < LEAST_RUN;
  }

  /** Between two stretches, or two runs. */
  void look() {
    if (heap.used() > most) {
      heap.collect();
      // What does not go is no garbage, or the collector keeps it: looking again is no use.
      most = Math.max(most, heap.used() + BESIDE);
    }
  }
}
