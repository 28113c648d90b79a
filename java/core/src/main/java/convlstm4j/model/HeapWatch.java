package convlstm4j.model;

/**
 * Keeps the Java heap near what is counted of it while a run goes on that reads frame after frame:
 * collectors rather let a heap grow to -Xmx than look through it, and arrays of frames are large.
 */
final class HeapWatch {
  /** What is let grow beside the arrays that are counted. */
  private static final long BESIDE = 32L << 20;

  /** Of a run that takes less, a look through the heap would be most of the work. */
  private static final long LEAST_RUN = 32L << 20;

  private long most;

  /**
   * Collects what is garbage, before a run that is not small.
   *
   * @param counted bytes of arrays that the run has on the heap
   * @param peak bytes that it takes of the backend's memory
   */
  HeapWatch(long counted, long peak) {
    if (counted + peak < LEAST_RUN) {
      most = Long.MAX_VALUE;
      return;
    }
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
