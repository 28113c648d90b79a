package convlstm4j.data;

import java.util.List;

/**
 * Random changes of clips for training. What is drawn holds for all frames of a clip; with a
 * chance, an amount or a factor that changes nothing, clips stay as they are.
 */
public final class Augmentations {
  private Augmentations() {}

  /**
   * Left becomes right.
   *
   * @param chance part of the clips that are mirrored, 0 to 1
   * @return the change
   */
  public static Augmentation flip(double chance) {
    return new PixelChanges.Flip(Checks.chance("flip", chance), false);
  }

  /**
   * Above becomes below.
   *
   * @param chance part of the clips that are mirrored, 0 to 1
   * @return the change
   */
  public static Augmentation flipUpsideDown(double chance) {
    return new PixelChanges.Flip(Checks.chance("flipUpsideDown", chance), true);
  }

  /**
   * A part of the frames at a random place, of their shape, scaled back to their size (bilinearly).
   *
   * @param least of height and width that is left, above 0, at most 1
   * @return the change
   */
  public static Augmentation crop(double least) {
    if (!(least > 0 && least <= 1)) {
      throw Checks.wrong("crop", least, "a part above 0 and at most 1");
    }
    return new PixelChanges.Crop(least);
  }

  /**
   * All pixels become brighter or darker by a number.
   *
   * @param most of the range from black to white, 0 to 1
   * @return the change
   */
  public static Augmentation brightness(double most) {
    return new PixelChanges.Brightness(Checks.chance("brightness", most));
  }

  /**
   * Differences from the clip's mean become larger or smaller by a factor.
   *
   * @param most the factor is between 1 - most and 1 + most; 0 to 1
   * @return the change
   */
  public static Augmentation contrast(double most) {
    return new PixelChanges.Contrast(Checks.chance("contrast", most));
  }

  /**
   * Gaussian noise, another number for each pixel and frame; how strong it is is drawn once for a
   * clip.
   *
   * @param most the largest standard deviation, as part of the range from black to white, 0 to 1
   * @return the change
   */
  public static Augmentation noise(double most) {
    return new PixelChanges.Noise(Checks.chance("noise", most));
  }

  /**
   * The last frame first.
   *
   * @param chance part of the clips that run backwards, 0 to 1
   * @return the change
   */
  public static Augmentation reversal(double chance) {
    return new FrameChanges.Reversal(Checks.chance("reversal", chance));
  }

  /**
   * The clip runs slower or faster: frames are shown more than once, or left out. A faster clip
   * needs more frames than its own, from around its window in the video; where there are not as
   * many, it is as fast as they allow.
   *
   * @param slowest factor, above 0; 0.5 for half the speed
   * @param fastest factor, at least {@code slowest}
   * @return the change
   */
  public static Augmentation speed(double slowest, double fastest) {
    if (!(slowest > 0 && fastest >= slowest && Double.isFinite(fastest))) {
      throw Checks.wrong(
          "speed", List.of(slowest, fastest), "factors above 0, the second not below the first");
    }
    return new FrameChanges.Speed(slowest, fastest);
  }

  /**
   * Only every second, third .. frame is shown, from around the clip's window in the video; where
   * there are not as many, fewer are left out.
   *
   * @param most every 1st to every {@code most}-th frame, at least 1
   * @return the change
   */
  public static Augmentation skip(int most) {
    if (most < 1) {
      throw Checks.wrong("skip", most, "at least 1");
    }
    return new FrameChanges.Skip(most);
  }
}
