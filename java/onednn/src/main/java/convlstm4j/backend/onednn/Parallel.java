package convlstm4j.backend.onednn;

import convlstm4j.backend.Workers;
import java.util.function.IntConsumer;

/**
 * Runs independent pieces of loops on all cores. Pieces do not depend on the number of cores, so
 * neither do results.
 */
final class Parallel {
  /** Floats that a piece reads or writes of one array; a few such arrays fit a core's cache. */
  static final int PIECE = 4096;

  /** Most partial sums of one array. */
  static final int MAX_PARTS = 64;

  private Parallel() {}

  /** A part of a loop. */
  interface Range {
    void run(long from, int length);
  }

  /** A part of a loop that yields a partial sum. */
  interface Term {
    double of(long from, int length);
  }

  /** Calls the body for every index from 0 to n-1. */
  static void each(int n, IntConsumer body) {
    Workers.each(n, body);
  }

  /** Cuts a loop over 0 to n-1 into parts of up to {@link #PIECE}. */
  static void ranges(long n, Range body) {
    ranges(n, PIECE, body);
  }

  /** Cuts a loop over 0 to n-1 into parts of up to {@code piece}. */
  static void ranges(long n, int piece, Range body) {
    each(
        Math.toIntExact((n + piece - 1) / piece),
        p -> {
          long from = (long) p * piece;
          body.run(from, (int) Math.min(piece, n - from));
        });
  }

  /** Adds up the terms of a loop over 0 to n-1, always in the same order. */
  static double sum(long n, Term term) {
    double[] parts = new double[Math.toIntExact((n + PIECE - 1) / PIECE)];
    ranges(n, (from, length) -> parts[(int) (from / PIECE)] = term.of(from, length));
    double sum = 0;
    for (double p : parts) {
      sum += p;
    }
    return sum;
  }

  /** First index of a part of a loop over 0 to n-1 cut into equal parts. */
  static long begin(long n, int part, int parts) {
    // n / parts first: n may be near 2^63 / parts.
    return n / parts * part + n % parts * part / parts;
  }
}
