package convlstm4j.contract;

import java.util.stream.IntStream;

/**
 * Sweeps over values that several cases share: of each case a part of the values, another one in
 * each turn, so that all of them are tried; all for each with {@code -Dfull=true}.
 */
final class Sweep {
  static final boolean FULL = Boolean.getBoolean("full");

  private Sweep() {}

  /** Every so many values, from another one on in each turn. */
  static long[] some(int every, int turn, long... values) {
    return FULL ? values : part(every, turn, values);
  }

  static long[] part(int every, int turn, long... values) {
    return IntStream.range(0, values.length)
        .filter(i -> i % every == turn % every)
        .mapToLong(i -> values[i])
        .toArray();
  }
}
