package convlstm4j.bench.worker;

/** Tells how long a run takes. */
public interface Stopwatch {
  /**
   * How long a run took.
   *
   * @param ns nanoseconds that count, by the {@linkplain #clock() clock}
   * @param wallNs nanoseconds by the host's clock
   */
  record Reading(long ns, long wallNs) {}

  /**
   * Which clock it reads.
   *
   * @return for tables
   */
  String clock();

  /**
   * Does some work, all of it, and measures it.
   *
   * @param work starts work
   * @return how long it took
   */
  Reading time(Runnable work);
}
