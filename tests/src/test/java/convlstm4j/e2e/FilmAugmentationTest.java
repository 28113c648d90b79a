package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Augmentation;
import convlstm4j.data.Augmentations;
import convlstm4j.data.BatchStream;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random changes of films: one of a still picture, one of a grey that grows with time. */
class FilmAugmentationTest {
  private static final int WINDOW = 8;
  private static final int SIDE = 16;
  private static final int FRAME = SIDE * SIDE;

  /** Levels of brightness from one frame of the second film to the next; there are 219. */
  private static final int STEP = 4;

  /** What compression makes of equal greys, of 1. */
  private static final double LOSS = 4 / 255.0;

  @TempDir Path dir;

  /** The first clip of an epoch, frame after frame. */
  private double[][] clip(String source, long seed, long epoch, Augmentation... changes) {
    Path films = dir.resolve("films");
    if (!films.toFile().exists()) {
      TestFilms.make(films.resolve("a.mp4"), source);
    }
    FramePreparation prepared = FramePreparation.NONE.size(SIDE, SIDE).colours(Colours.GREY);
    VideoFolder folder =
        VideoFolder.open(films)
            .unlabeled()
            .frames(prepared)
            .windows(WINDOW)
            .augmented(seed, changes);
    try (BatchStream stream = folder.open(epoch, 0)) {
      Tensor x = stream.next().inputs().get(0);
      assertEquals(WINDOW * FRAME, x.size());
      double[][] frames = new double[WINDOW][FRAME];
      for (int i = 0; i < x.size(); i++) {
        frames[i / FRAME][i % FRAME] = x.get(i);
      }
      return frames;
    }
  }

  static List<Augmentation> ofPixels() {
    return List.of(
        Augmentations.flip(1),
        Augmentations.flipUpsideDown(1),
        Augmentations.crop(0.5),
        Augmentations.brightness(0.4),
        Augmentations.contrast(0.9));
  }

  @ParameterizedTest
  @MethodSource("ofPixels")
  void pixelsChangeAlikeInAllFrames(Augmentation change) {
    String still = "smptebars=s=64x64:r=10:d=2";
    double[][] plain = clip(still, 1, 0);
    double[][] changed = clip(still, 1, 0, change);
    assertTrue(furthest(plain[0], changed[0]) > 4 * LOSS, "nothing changed");
    for (double[] frame : changed) {
      assertTrue(furthest(changed[0], frame) < LOSS, change::toString);
    }
    assertArrayEquals(changed, clip(still, 1, 0, change), "again");
    boolean drawn = !change.toString().startsWith("Flip");
    assertEquals(drawn, !Arrays.deepEquals(changed, clip(still, 1, 1, change)), "next epoch");
    assertEquals(drawn, !Arrays.deepEquals(changed, clip(still, 2, 0, change)), "other seed");
  }

  @Test
  void noiseIsSeeded() {
    String still = "smptebars=s=64x64:r=10:d=2";
    double[][] noisy = clip(still, 1, 0, Augmentations.noise(0.3));
    assertTrue(furthest(clip(still, 1, 0)[0], noisy[0]) > 4 * LOSS);
    assertArrayEquals(noisy, clip(still, 1, 0, Augmentations.noise(0.3)));
    assertFalse(Arrays.deepEquals(noisy, clip(still, 1, 1, Augmentations.noise(0.3))));
  }

  @Test
  void framesAreShownBackwardsFasterAndSkipped() {
    String grows = "color=c=black:s=64x64:r=10:d=4,geq=lum='40+" + STEP + "*N':cb=128:cr=128";
    double one = steps(clip(grows, 1, 0));
    assertTrue(one > 0.5 * STEP / 219, "" + one);
    assertEquals(-one, steps(clip(grows, 1, 0, Augmentations.reversal(1))), LOSS / WINDOW);
    assertEquals(2 * one, steps(clip(grows, 1, 0, Augmentations.speed(2, 2))), LOSS / WINDOW);
    boolean skipped = false;
    for (int epoch = 0; epoch < 6; epoch++) {
      double every = steps(clip(grows, 1, epoch, Augmentations.skip(3))) / one;
      assertEquals(Math.rint(every), every, 0.2);
      skipped |= every > 1.5;
    }
    assertTrue(skipped);
  }

  /** How much brighter a frame is than the one before, which has to be alike for all of them. */
  private static double steps(double[][] clip) {
    double mean = (clip[WINDOW - 1][0] - clip[0][0]) / (WINDOW - 1);
    for (int t = 1; t < WINDOW; t++) {
      assertEquals(mean, clip[t][0] - clip[t - 1][0], LOSS, "frame " + t);
    }
    return mean;
  }

  private static double furthest(double[] a, double[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
