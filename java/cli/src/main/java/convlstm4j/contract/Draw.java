package convlstm4j.contract;

import convlstm4j.tensor.Philox;
import java.util.List;

/** Random choices, one after another. */
final class Draw {
  private final Philox random;
  private long next;

  Draw(Philox random) {
    this.random = random;
  }

  /** A whole number from a to b, both possible. */
  int from(int a, int b) {
    return a + (int) (random.uniform(next++) * (b - a + 1));
  }

  /** True or false. */
  boolean coin() {
    return from(0, 1) == 1;
  }

  /** One of the values. */
  <T> T of(List<T> values) {
    return values.get(from(0, values.size() - 1));
  }
}
