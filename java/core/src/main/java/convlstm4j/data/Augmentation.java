package convlstm4j.data;

import java.util.random.RandomGenerator;

/**
 * A random change of the clips that a model is trained on, so that it sees more than there is. What
 * is drawn is drawn once for a clip and is the same for all its frames. Labels and weights of
 * frames go where their frames go.
 *
 * <pre>{@code
 * VideoFolder films =
 *     VideoFolder.open(Path.of("films"))
 *         .windows(16)
 *         .augmented(7, Augmentations.flip(0.5), Augmentations.brightness(0.2));
 * }</pre>
 *
 * <p>{@link Augmentations} has the usual ones. Others implement one method or both, and draw from
 * the generator they are given only: with it a clip depends on nothing but the seed, the epoch and
 * its place in it.
 */
public interface Augmentation {
  /**
   * Which frames of its video a clip shows.
   *
   * @param frames their numbers in the video; not to be changed
   * @param available frames of the video
   * @param random where to draw from
   * @return as many numbers from 0 to {@code available - 1}, in any order, any of them more than
   *     once
   */
  default long[] frames(long[] frames, long available, RandomGenerator random) {
    return frames;
  }

  /**
   * Changes the pixels of a clip.
   *
   * @param clip the frames chosen
   * @param random where to draw from
   */
  default void change(Clip clip, RandomGenerator random) {}

  /**
   * Whether it may change pixels. If not, clips of features can be changed by it, too.
   *
   * @return false only if {@link #change} does nothing
   */
  default boolean changesPixels() {
    return true;
  }
}
