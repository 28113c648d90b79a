package convlstm4j.program.layout;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Steps of a program that hand each other values in another order than their own, and what the
 * order saves and costs each such region, in elements moved.
 */
final class Regions {
  private final int[] parents;
  private final long[] gains;

  Regions(int steps) {
    parents = IntStream.range(0, steps).toArray();
    gains = new long[steps];
  }

  private int root(int step) {
    int s = step;
    while (parents[s] != s) {
      s = parents[s];
    }
    return s;
  }

  void join(int a, int b) {
    parents[root(a)] = root(b);
  }

  /** Counts what a step no longer moves, or moves more than before if negative. */
  void gain(int step, long elements) {
    gains[step] += elements;
  }

  /** The steps whose region moves fewer elements than before. */
  BitSet paying() {
    long[] sums = new long[gains.length];
    for (int i = 0; i < gains.length; i++) {
      sums[root(i)] += gains[i];
    }
    BitSet paying = new BitSet();
    for (int i = 0; i < gains.length; i++) {
      paying.set(i, sums[root(i)] > 0);
    }
    return paying;
  }
}
