package convlstm4j.model;

/**
 * Keeps the Java heap near what is counted of it while a run goes on that reads frame after frame:
 * collectors rather let a heap grow to -Xmx than look through it, and arrays of frames are large.
 */
final class HeapWatch {
  /** What is let grow beside the arrays that are counted. */
  private static final long BESIDE = 32L << 20;

  private long most;

  /**
   * Collects what is garbage.
   *
   * @param counted bytes of arrays that the run has on the heap
   */
  HeapWatch(long counted) {
    System.gc();
    Runtime r = Runtime.getRuntime();
    most = r.totalMemory() - r.freeMemory() + counted + BESIDE;
  }

  /** Between two stretches. */
  void look() {
    Runtime r = Runtime.getRuntime();
    if (r.totalMemory() > most && r.totalMemory() - r.freeMemory() > most) {
      System.gc();
      // What does not go is no garbage, or the collector keeps it: looking again is no use.
      most = Math.max(most, r.totalMemory() - r.freeMemory() + BESIDE);
    }
  }
}
