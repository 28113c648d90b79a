package convlstm4j.tensor;

/**
 * Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011). A number depends on nothing but the seed, the stream and
 * its index, so any thread, order or backend draws the same.
 *
 * @param seed the run's seed: the 64-bit key
 * @param stream which sequence of the run: the upper half of the 128-bit counter
 * @param part which numbers of the stream are meant; {@link Part#ALL} unless an array comes in
 *     parts
 */
public record Philox(long seed, long stream, Part part) {
  /**
   * Numbers of a stream that are for a part of an array, such as some frames of a video, counted
   * through: in blocks that lie apart in the whole array. Number {@code i} of the part is number
   * {@code first + i / block * stride + i % block} of the stream.
   *
   * @param first number of the stream, at least 0
   * @param block numbers that follow one another, at least 1
   * @param stride from the beginning of a block to that of the next
   */
  public record Part(long first, long block, long stride) {
    /** The stream itself. */
    public static final Part ALL = new Part(0, Long.MAX_VALUE, 0);

    /**
     * How many numbers of the stream lie between two blocks.
     *
     * @return numbers
     */
    public long gap() {
      return isAll() ? 0 : stride - block;
    }

    private boolean isAll() {
      return block == Long.MAX_VALUE;
    }

    private long of(long index) {
      return isAll() ? index : first + index / block * stride + index % block;
    }
  }

  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final double TO_UNIT = 0x1.0p-32;
  private static final double HALF_STEP = 0x1.0p-33;

  /**
   * All numbers of a stream.
   *
   * @param seed the run's seed
   * @param stream which sequence of the run
   */
  public Philox(long seed, long stream) {
    this(seed, stream, Part.ALL);
  }

  /**
   * The same numbers for a part of what they are for.
   *
   * @param some which of them
   * @return the generator
   */
  public Philox part(Part some) {
    return new Philox(seed, stream, some);
  }

  /**
   * A generator for one stream within this one, such as one op in one step. Streams of different
   * generators of one seed differ.
   *
   * @param a first index, for instance the step
   * @param b second index, 0 to 2^24-1, for instance the op
   * @return the generator
   */
  public Philox stream(long a, int b) {
    return new Philox(seed, mixed(stream) ^ ((a << 24) | b));
  }

  /** Spreads the bits: a bijection with mixed(0) = 0, the finaliser of SplitMix64. */
  private static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * Random bits.
   *
   * @param index which number of the stream
   * @return 32 uniform bits
   */
  public int bits(long index) {
    return drawn(part.of(index));
  }

  private int drawn(long index) {
    long two = pair(index);
    return (int) ((index & 1) == 0 ? two : two >>> 32);
  }

  /** A number of even index, in the lower half, and the one after it: either index gives both. */
  private long pair(long index) {
    int c0 = (int) (index >>> 2);
    int c1 = (int) (index >>> 34);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = M0 * (c0 & 0xFFFFFFFFL);
      long p1 = M1 * (c2 & 0xFFFFFFFFL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    boolean first = (index & 2) == 0;
    return ((long) (first ? c1 : c3) << 32) | ((first ? c0 : c2) & 0xFFFFFFFFL);
  }

  /**
   * A uniform number, never exactly 0 or 1.
   *
   * @param index which number of the stream
   * @return a number strictly between 0 and 1, one of 2^32 equally spaced ones
   */
  public double uniform(long index) {
    return unit(bits(index));
  }

  private static double unit(int bits) {
    return (bits & 0xFFFFFFFFL) * TO_UNIT + HALF_STEP;
  }

  /**
   * A standard normal number, by Box and Muller from the uniform numbers {@code 2 index} and {@code
   * 2 index + 1}.
   *
   * @param index which number of the stream
   * @return mean 0, variance 1
   */
  public double normal(long index) {
    long of = part.of(index);
    long two = pair(2 * of);
    double radius = Math.sqrt(-2 * Math.log(unit((int) two)));
    return radius * Math.cos(2 * Math.PI * unit((int) (two >>> 32)));
  }

  /**
   * Whether dropout keeps an element: an exact comparison of integers, the same on every backend.
   *
   * @param index which number of the stream
   * @param rate probability of dropping, 0 to 1
   * @return true with probability {@code 1 - rate}
   */
  public boolean keeps(long index, double rate) {
    return Integer.toUnsignedLong(bits(index)) >= (long) (rate * 0x1.0p32);
  }

  /**
   * The numbers 0 to n-1 in random order (Fisher and Yates).
   *
   * @param n how many
   * @return a permutation
   */
  public int[] permutation(int n) {
    int[] p = new int[n];
    for (int i = 0; i < n; i++) {
      p[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = (int) (uniform(i) * (i + 1));
      int t = p[i];
      p[i] = p[j];
      p[j] = t;
    }
    return p;
  }
}
