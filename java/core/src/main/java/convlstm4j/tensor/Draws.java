package convlstm4j.tensor;

import java.util.random.RandomGenerator;

/** One number of a stream after the other. */
final class Draws implements RandomGenerator {
  private final Philox stream;
  private long next;

  Draws(Philox stream) {
    this.stream = stream;
  }

  @Override
  public long nextLong() {
    long high = stream.bits(next++);
    return (high << 32) | (stream.bits(next++) & 0xFFFFFFFFL);
  }

  /** Strictly between 0 and 1, the same on every Java. */
  @Override
  public double nextDouble() {
    return stream.uniform(next++);
  }

  /** From two numbers of the stream. */
  @Override
  public double nextGaussian() {
    next += next & 1;
    double value = stream.normal(next / 2);
    next += 2;
    return value;
  }
}
