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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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

  private static final String STILL = "still/a.mp4";
  private static final String GROWS = "grows/a.mp4";

  @TempDir static Path dir;

  /** By film, so that its frames are counted once. */
  private static final Map<String, VideoFolder> FOLDERS = new HashMap<>();

  /** By film, the first clip without a change. */
  private static final Map<String, double[][]> PLAIN = new HashMap<>();

  @BeforeAll
  static void makeFilms() {
    TestFilms.makeAll(
        Map.of(
            dir.resolve(STILL),
            "smptebars=s=64x64:r=10:d=2",
            dir.resolve(GROWS),
            "color=c=black:s=64x64:r=10:d=4,geq=lum='40+" + STEP + "*N':cb=128:cr=128"));
    TestFilms.quick().forEach(System::setProperty);
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  private static double[][] plain(String film) {
    return PLAIN.computeIfAbsent(film, f -> clip(f, 1, 0));
  }

  /** The first clip of an epoch, frame after frame. */
  private static double[][] clip(String film, long seed, long epoch, Augmentation... changes) {
    FramePreparation prepared = FramePreparation.NONE.size(SIDE, SIDE).colours(Colours.GREY);
    VideoFolder folder =
        FOLDERS
            .computeIfAbsent(
                film,
                f ->
                    VideoFolder.open(dir.resolve(f).getParent())
                        .unlabeled()
                        .frames(prepared)
                        .windows(WINDOW))
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
    double[][] plain = plain(STILL);
    double[][] changed = clip(STILL, 1, 0, change);
    assertTrue(furthest(plain[0], changed[0]) > 4 * LOSS, "nothing changed");
    for (double[] frame : changed) {
      assertTrue(furthest(changed[0], frame) < LOSS, change::toString);
    }
    assertArrayEquals(changed, clip(STILL, 1, 0, change), "again");
    boolean drawn = !change.toString().startsWith("Flip");
    assertEquals(drawn, !Arrays.deepEquals(changed, clip(STILL, 1, 1, change)), "next epoch");
    assertEquals(drawn, !Arrays.deepEquals(changed, clip(STILL, 2, 0, change)), "other seed");
  }

  @Test
  void noiseIsSeeded() {
    double[][] noisy = clip(STILL, 1, 0, Augmentations.noise(0.3));
    assertTrue(furthest(plain(STILL)[0], noisy[0]) > 4 * LOSS);
    assertArrayEquals(noisy, clip(STILL, 1, 0, Augmentations.noise(0.3)));
    assertFalse(Arrays.deepEquals(noisy, clip(STILL, 1, 1, Augmentations.noise(0.3))));
  }

  @Test
  void framesAreShownBackwardsFasterAndSkipped() {
    double one = steps(plain(GROWS));
    assertTrue(one > 0.5 * STEP / 219, "" + one);
    assertEquals(-one, steps(clip(GROWS, 1, 0, Augmentations.reversal(1))), LOSS / WINDOW);
    assertEquals(2 * one, steps(clip(GROWS, 1, 0, Augmentations.speed(2, 2))), LOSS / WINDOW);
    boolean skipped = false;
    for (int epoch = 0; epoch < 6; epoch++) {
      double every = steps(clip(GROWS, 1, epoch, Augmentations.skip(3))) / one;
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
