package convlstm4j.layers;

import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.util.List;
import java.util.Random;

/** Random options. */
final class Choice {
  private final Random random;

  Choice(long seed) {
    random = new Random(seed);
  }

  /** From 0 to n - 1. */
  int below(int n) {
    return random.nextInt(n);
  }

  int oneTo(int most) {
    return 1 + random.nextInt(most);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  <T> T of(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  DataFormat format() {
    return oneIn(3) ? DataFormat.CHANNELS_FIRST : DataFormat.CHANNELS_LAST;
  }

  Padding padding() {
    return oneIn(3) ? Padding.VALID : Padding.SAME;
  }

  /** Functions without jumps. */
  String activation() {
    return of(List.of("tanh", "sigmoid", "relu", "elu", "softplus", "gelu", "swish", "softsign"));
  }

  /** An axis of a sample, counted from 1, or from the end. */
  int axis(int rank) {
    int axis = 1 + random.nextInt(rank - 1);
    return oneIn(3) ? axis - rank : axis;
  }

  /** Whole numbers from least to most, one for each axis. */
  int[] each(int axes, int least, int most) {
    return random.ints(axes, least, most + 1).toArray();
  }
}
