package convlstm4j.backend.reference.heap;

import convlstm4j.backend.Workers;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;

/** Runs independent pieces of work on all cores. */
public final class Parallel {
  /** Elements of one piece where a loop is cut; fixed, so that sums do not depend on the cores. */
  private static final int PIECE = 1 << 13;

  private Parallel() {}

  /** A part of a loop. */
  public interface Range {
    /**
     * Runs the part.
     *
     * @param from first index
     * @param to index after the last
     */
    void run(int from, int to);
  }

  /**
   * Calls the body for every index, in any order and on any thread. For results that do not depend
   * on the number of threads, each piece must write what no other piece writes, in an order of its
   * own.
   *
   * @param n number of pieces
   * @param body what to do for one
   */
  public static void each(int n, IntConsumer body) {
    Workers.each(n, body);
  }

  /**
   * Cuts a loop over 0 to n-1 into parts, as {@link #each} does with single indices.
   *
   * @param n number of indices
   * @param body runs a part
   */
  public static void ranges(int n, Range body) {
    each(pieces(n), p -> body.run(p * PIECE, (int) Math.min(n, (p + 1L) * PIECE)));
  }

  /**
   * Adds up terms, always in the same order.
   *
   * @param n number of terms
   * @param term the term of an index from 0 to n-1
   * @return their sum
   */
  public static double sum(int n, IntToDoubleFunction term) {
    double[] partial = new double[pieces(n)];
    ranges(
        n,
        (from, to) -> {
          double s = 0;
          for (int i = from; i < to; i++) {
            s += term.applyAsDouble(i);
          }
          partial[from / PIECE] = s;
        });
    double sum = 0;
    for (double p : partial) {
      sum += p;
    }
    return sum;
  }

  private static int pieces(int n) {
    return (int) ((n + PIECE - 1L) / PIECE);
  }
}
