package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DivisorTest {
  private static final int DRAWS = 20_000;

  /** What a kernel does, see {@code split} in cuda/include/index.h. */
  private static long quotient(long n, Divisor d) {
    BigInteger product = unsigned(2 * n).multiply(unsigned(d.magic()));
    return product.shiftRight(Long.SIZE).longValue() >>> d.shift();
  }

  private static BigInteger unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits));
  }

  /** The numbers around those where a quotient changes, and around powers of two. */
  @Test
  void dividesAtEveryEdge() {
    List<Long> divisors = new ArrayList<>();
    for (int bit = 0; bit < 63; bit++) {
      for (long d = (1L << bit) - 1; d <= (1L << bit) + 1; d++) {
        divisors.add(d);
      }
    }
    divisors.addAll(List.of(3L, 5L, 7L, 10L, 641L, 1_000_000_007L, Long.MAX_VALUE));
    divisors.removeIf(d -> d < 1);
    for (long d : divisors) {
      Divisor by = Divisor.of(d);
      long last = Long.MAX_VALUE / d;
      for (long q : new long[] {0, 1, 2, last / 2, last - 1, last}) {
        for (int k = -1; k <= 1; k++) {
          long n = q * d + k;
          if (n >= 0) {
            assertEquals(n / d, quotient(n, by), n + " / " + d);
          }
        }
      }
      assertEquals(Long.MAX_VALUE / d, quotient(Long.MAX_VALUE, by), "largest / " + d);
    }
  }

  @Test
  void dividesAtRandom() {
    long seed = Long.getLong("seed", 20261129L);
    Random random = new Random(seed);
    for (int i = 0; i < DRAWS; i++) {
      long d = Math.max(1, random.nextLong() >>> (1 + random.nextInt(62)));
      long n = random.nextLong() >>> (1 + random.nextInt(62));
      assertEquals(n / d, quotient(n, Divisor.of(d)), n + " / " + d + ", seed=" + seed);
    }
  }

  @Test
  void refusesWhatIsNoDivisor() {
    assertThrows(IllegalArgumentException.class, () -> Divisor.of(0));
    assertThrows(IllegalArgumentException.class, () -> Divisor.of(-1));
  }
}
