package convlstm4j.backend.cuda;

import java.math.BigInteger;

/**
 * A divisor prepared for kernels, see cuda/include/index.h: Granlund and Montgomery, "Division by
 * invariant integers using multiplication" (PLDI 1994), theorem 4.2.
 *
 * @param by the divisor, at least 1
 * @param magic {@code ceil(2^(63 + shift) / by)}, unsigned
 * @param shift {@code ceil(log2 by)}
 */
record Divisor(long by, long magic, int shift) {
  private static final int BITS = 63;

  static Divisor of(long by) {
    if (by < 1) {
      throw new IllegalArgumentException("divisor " + by + ", must be at least 1");
    }
    int shift = Long.SIZE - Long.numberOfLeadingZeros(by - 1);
    BigInteger d = BigInteger.valueOf(by);
    BigInteger magic =
        BigInteger.ONE.shiftLeft(BITS + shift).add(d).subtract(BigInteger.ONE).divide(d);
    return new Divisor(by, magic.longValue(), shift);
  }
}
