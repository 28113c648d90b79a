package convlstm4j.backend.reference.heap;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs independent pieces of work on all cores. */
public final class Parallel {
  private Parallel() {}

  /**
   * Calls the body for every index, in any order and on any thread. For results that do not depend
   * on the number of threads, each piece must write what no other piece writes, in an order of its
   * own.
   *
   * @param n number of pieces
   * @param body what to do for one
   */
  public static void each(int n, IntConsumer body) {
    IntStream range = IntStream.range(0, n);
    (n > 1 ? range.parallel() : range).forEach(body);
  }
}
