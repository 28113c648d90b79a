package convlstm4j.tensor;

import java.util.random.RandomGenerator;

/**
 * The random numbers of a run: which of a seed's streams is whose. Everything in the library that
 * draws takes its generator from here, so that no two uses share a stream, not even when the user
 * gives them the same seed.
 *
 * <p>Training steps count up from 0, and an op of a step has the step's mixed number with its own
 * in the lower 24 bits. First weights lie at the upper end of the positive numbers, orders of
 * samples count down from -1 in the bits above 24.
 */
public final class Streams {
  /** What ops get that draw nothing. */
  public static final Philox NONE = new Philox(0, 0);

  private static final long FIRST_WEIGHTS = (1L << 39) - 1;

  private Streams() {}

  /**
   * A step of training.
   *
   * @param seed the model's
   * @param step from 0
   * @return where {@link #op} takes the streams of its ops from
   */
  public static Philox step(long seed, long step) {
    return new Philox(seed, step);
  }

  /**
   * An op of a step: dropout.
   *
   * @param step {@link #step}
   * @param number of the op in its program, 0 to 2^24-1
   * @return its stream
   */
  public static Philox op(Philox step, int number) {
    return step.stream(0, number);
  }

  /**
   * The first values of a weight.
   *
   * @param seed the model's
   * @param number of the weight in its network, 0 to 2^24-1
   * @return its stream
   */
  public static Philox firstWeights(long seed, int number) {
    return new Philox(seed, 0).stream(FIRST_WEIGHTS, number);
  }

  /**
   * For what draws the first values of a weight in two parts. The first weight of a network, number
   * 0, has no second part: its stream would be {@link #order} of epoch 0.
   *
   * @param firstWeights {@link #firstWeights} of the weight
   * @return the stream of the second part
   */
  public static Philox secondPart(Philox firstWeights) {
    return new Philox(firstWeights.seed(), firstWeights.stream() ^ Long.MIN_VALUE);
  }

  /**
   * The order of the samples in an epoch.
   *
   * @param seed of the shuffle
   * @param epoch from 0
   * @return its stream
   */
  public static Philox order(long seed, long epoch) {
    return new Philox(seed, 0).stream(-1 - epoch, 0);
  }

  /**
   * The changes of a clip that is trained on.
   *
   * @param seed of the changes
   * @param epoch from 0
   * @param place of the clip in the epoch, from 0
   * @return draws one number of its stream after the other
   */
  public static RandomGenerator augmentation(long seed, long epoch, long place) {
    return new Draws(augmentationStream(seed, epoch, place));
  }

  static Philox augmentationStream(long seed, long epoch, long place) {
    return order(seed, epoch).stream(1 + (place >>> 24), (int) (place & 0xFFFFFF));
  }
}
