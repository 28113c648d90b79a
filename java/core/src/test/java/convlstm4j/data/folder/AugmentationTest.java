package convlstm4j.data.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Augmentation;
import convlstm4j.data.Augmentations;
import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Clip;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes of the clips of a folder. */
class AugmentationTest {
  private static final int FRAMES = 40;
  private static final int CHANNELS = 2;
  private static final int HEIGHT = 6;
  private static final int WIDTH = 7;
  private static final int FRAME = CHANNELS * HEIGHT * WIDTH;

  @TempDir Path dir;

  /** Every pixel of a frame says which frame it is; so do its label and its weight. */
  @BeforeEach
  void videos() throws IOException {
    StringBuilder labels = new StringBuilder("id,frame,number\n");
    for (int video = 0; video < 2; video++) {
      byte[] pixels = new byte[FRAMES * FRAME];
      double[] weights = new double[FRAMES];
      for (int t = 0; t < FRAMES; t++) {
        java.util.Arrays.fill(pixels, t * FRAME, (t + 1) * FRAME, (byte) number(video, t));
        labels.append(video + "," + t + "," + number(video, t) + "\n");
        weights[t] = number(video, t);
      }
      NpyWriter.write(
          dir.resolve(video + ".npy"), pixels, Shape.of(FRAMES, CHANNELS, HEIGHT, WIDTH));
      NpyWriter.write(dir.resolve("weights_" + video + ".npy"), Tensor.of(weights, FRAMES));
    }
    Files.writeString(dir.resolve("labels.csv"), labels);
  }

  private static int number(int video, int t) {
    return 100 * video + 2 * t;
  }

  private VideoFolder folder() {
    return VideoFolder.open(dir).bytes(convlstm4j.data.ByteScale.NONE).weights(dir);
  }

  private static List<Batch> epoch(VideoFolder folder, long epoch, int first) {
    List<Batch> all = new ArrayList<>();
    try (BatchStream stream = folder.open(epoch, first)) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }

  private static double[] values(Tensor t) {
    double[] values = new double[t.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = t.get(i);
    }
    return values;
  }

  /** Frames that a clip shows, which its labels and weights show, too. */
  private static long[] shown(Batch batch, int sample, int video) {
    Tensor x = batch.inputs().get(0);
    int frames = (int) x.shape().dim(1);
    long[] shown = new long[frames];
    for (int t = 0; t < frames; t++) {
      double value = x.get((sample * frames + t) * FRAME);
      for (int i = 0; i < FRAME; i++) {
        assertEquals(value, x.get((sample * frames + t) * FRAME + i));
      }
      assertEquals(value, batch.targets().get(0).get(sample * frames + t), "label of frame " + t);
      assertEquals(value, batch.sampleWeights().get(0).get(sample * frames + t), "weight");
      shown[t] = Math.round((value - 100 * video) / 2);
    }
    return shown;
  }

  @Test
  void labelsAndWeightsFollowTheirFrames() {
    Random random = new Random(Long.getLong("seed", 3));
    Set<List<Long>> seen = new HashSet<>();
    for (int run = 0; run < 60; run++) {
      List<Augmentation> changes = new ArrayList<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        changes.add(
            switch (random.nextInt(3)) {
              case 0 -> Augmentations.reversal(random.nextDouble());
              case 1 -> Augmentations.speed(0.3 + random.nextDouble(), 1.3 + random.nextInt(4));
              default -> Augmentations.skip(1 + random.nextInt(9));
            });
      }
      int window = 1 + random.nextInt(FRAMES);
      VideoFolder clips =
          folder()
              .windows(window)
              .shuffle(run)
              .augmented(run, changes.toArray(Augmentation[]::new))
              .batch(1 + random.nextInt(3));
      for (Batch batch : epoch(clips, run, 0)) {
        for (int s = 0; s < batch.size(); s++) {
          int video = batch.description().split("; ")[s].startsWith("1.npy") ? 1 : 0;
          long[] shown = shown(batch, s, video);
          assertEquals(window, shown.length);
          List<Long> list = new ArrayList<>();
          for (long f : shown) {
            assertTrue(f >= 0 && f < FRAMES, changes + ": " + f);
            list.add(f);
          }
          seen.add(list);
        }
      }
    }
    assertTrue(seen.size() > 60, "" + seen.size());
  }

  private long[] only(int window, int sample, Augmentation... changes) {
    Batch batch = epoch(folder().ids("0").windows(window).augmented(1, changes), 0, sample).get(0);
    return shown(batch, 0, 0);
  }

  @Test
  void framesThatAreShown() {
    assertArrayEquals(new long[] {11, 10, 9, 8}, only(4, 2, Augmentations.reversal(1)));
    assertArrayEquals(new long[] {8, 9, 10, 11}, only(4, 2, Augmentations.reversal(0)));
    assertArrayEquals(
        new long[] {8, 9, 10, 11},
        only(4, 2, Augmentations.reversal(1), Augmentations.reversal(1)));
    assertArrayEquals(new long[] {8, 10, 12, 14}, only(4, 2, Augmentations.speed(2, 2)));
    assertArrayEquals(new long[] {8, 8, 9, 9}, only(4, 2, Augmentations.speed(0.5, 0.5)));
    assertArrayEquals(
        new long[] {11, 9, 7, 5}, only(4, 2, Augmentations.reversal(1), Augmentations.speed(2, 2)));
    // At the end of the video the window moves back, and no more is left out than there is.
    assertArrayEquals(new long[] {33, 35, 37, 39}, only(4, 9, Augmentations.speed(2, 2)));
    assertArrayEquals(new long[] {0, 13, 26, 39}, only(4, 2, Augmentations.speed(90, 90)));
    long[] whole = only(FRAMES, 0, Augmentations.speed(3, 3));
    for (int i = 0; i < FRAMES; i++) {
      assertEquals(i, whole[i]);
    }
    Set<Long> steps = new HashSet<>();
    for (int sample = 0; sample < 10; sample++) {
      long[] shown = only(4, sample, Augmentations.skip(3));
      steps.add(shown[1] - shown[0]);
      assertEquals(shown[1] - shown[0], shown[3] - shown[2]);
    }
    assertEquals(Set.of(1L, 2L, 3L), steps);
  }

  /** By seed, epoch and place in it, and by nothing else. */
  @Test
  void thatItCanBeRepeated() {
    VideoFolder clips =
        folder()
            .windows(8)
            .shuffle(5)
            .batch(3)
            .augmented(
                5,
                Augmentations.speed(0.5, 2),
                Augmentations.noise(0.1),
                Augmentations.brightness(0.3));
    List<Batch> all = epoch(clips, 2, 0);
    List<Batch> rest = epoch(clips, 2, 2);
    assertEquals(all.size() - 2, rest.size());
    for (int i = 0; i < rest.size(); i++) {
      assertArrayEquals(
          values(all.get(i + 2).inputs().get(0)), values(rest.get(i).inputs().get(0)));
      assertArrayEquals(
          values(all.get(i + 2).targets().get(0)), values(rest.get(i).targets().get(0)));
    }
    assertFalse(
        java.util.Arrays.equals(
            values(epoch(clips, 3, 0).get(0).inputs().get(0)), values(all.get(0).inputs().get(0))));
    VideoFolder other = clips.augmented(6, Augmentations.noise(0.1));
    assertFalse(
        java.util.Arrays.equals(
            values(epoch(other, 2, 0).get(0).inputs().get(0)),
            values(
                epoch(clips.augmented(7, Augmentations.noise(0.1)), 2, 0).get(0).inputs().get(0))));
  }

  @Test
  void withoutChangesBytesStayBytes() {
    VideoFolder plain = VideoFolder.open(dir);
    assertTrue(epoch(plain, 0, 0).get(0).inputs().get(0).isPixels());
    assertArrayEquals(
        values(epoch(plain, 0, 0).get(1).inputs().get(0)),
        values(epoch(plain.augmented(1), 0, 0).get(1).inputs().get(0)));
    // A change that changes nothing.
    assertArrayEquals(
        values(epoch(plain, 0, 0).get(1).inputs().get(0)),
        values(epoch(plain.augmented(1, Augmentations.crop(1)), 0, 0).get(1).inputs().get(0)));
  }

  private static Tensor random(int frames, long seed) {
    Random random = new Random(seed);
    float[] values = new float[frames * FRAME];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.of(values, frames, CHANNELS, HEIGHT, WIDTH);
  }

  private static Tensor changed(Tensor clip, double black, double white, Augmentation... all) {
    Tensor copy = clip.copy();
    int[] sizes = {(int) clip.shape().dim(0), CHANNELS, HEIGHT, WIDTH};
    for (Augmentation a : all) {
      a.change(new Clip(copy, 0, sizes, black, white), new Random(4));
    }
    return copy;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void flipTwiceIsTheSame(boolean upsideDown) {
    Tensor clip = random(3, 1);
    Augmentation flip = upsideDown ? Augmentations.flipUpsideDown(1) : Augmentations.flip(1);
    Tensor once = changed(clip, 0, 1, flip);
    for (int i = 0; i < clip.size(); i++) {
      int x = i % WIDTH;
      int y = i / WIDTH % HEIGHT;
      int from = upsideDown ? i + (HEIGHT - 1 - 2 * y) * WIDTH : i + WIDTH - 1 - 2 * x;
      assertEquals(clip.get(from), once.get(i));
    }
    assertArrayEquals(clip.floats(), changed(clip, 0, 1, flip, flip).floats());
    assertArrayEquals(clip.floats(), changed(clip, 0, 1, Augmentations.flip(0)).floats());
  }

  /** One number for all pixels of all frames, and none outside of what pixels can be. */
  @Test
  void brightnessAndContrast() {
    Tensor clip = random(4, 2);
    Tensor bright = changed(clip, -9, 11, Augmentations.brightness(0.5));
    double more = bright.get(0) - clip.get(0);
    assertTrue(Math.abs(more) > 0.01 && Math.abs(more) <= 10, "" + more);
    for (int i = 0; i < clip.size(); i++) {
      assertEquals(more, bright.get(i) - clip.get(i), 1e-5);
    }
    Tensor contrast = changed(clip, -9, 11, Augmentations.contrast(0.5));
    double factor = (contrast.get(1) - contrast.get(0)) / (clip.get(1) - clip.get(0));
    assertTrue(factor >= 0.5 && factor <= 1.5 && Math.abs(factor - 1) > 0.01, "" + factor);
    double mean = 0;
    double meanAfter = 0;
    for (int i = 0; i < clip.size(); i++) {
      assertEquals(factor * (clip.get(i) - clip.get(0)), contrast.get(i) - contrast.get(0), 1e-4);
      mean += clip.get(i);
      meanAfter += contrast.get(i);
    }
    assertEquals(mean, meanAfter, 1e-3);
    for (double v : values(changed(clip, 0.4, 0.6, Augmentations.brightness(1)))) {
      assertTrue(v >= 0.4f && v <= 0.6f, "" + v);
    }
  }

  @Test
  void noiseIsOfTheStrengthAskedFor() {
    Tensor clip = Tensor.zeros(DType.FLOAT64, Shape.of(200, CHANNELS, HEIGHT, WIDTH));
    double[] noisy =
        values(
            changed(
                clip, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Augmentations.noise(1)));
    double deviation = new Random(4).nextDouble();
    double sum = 0;
    double squares = 0;
    for (double v : noisy) {
      sum += v;
      squares += v * v;
    }
    assertEquals(0, sum / noisy.length, 5 * deviation / Math.sqrt(noisy.length));
    assertEquals(deviation, Math.sqrt(squares / noisy.length), 0.02 * deviation);
  }

  /** Planes stay planes; all frames and channels show the same part. */
  @Test
  void cropIsOnePartForAllFrames() {
    Tensor clip = Tensor.zeros(DType.FLOAT64, Shape.of(3, CHANNELS, HEIGHT, WIDTH));
    for (int i = 0; i < clip.size(); i++) {
      clip.set(i, 10 * (i / WIDTH % HEIGHT) + i % WIDTH + 1000 * (i / (WIDTH * HEIGHT)));
    }
    Tensor crop = changed(clip, 0, 1e6, Augmentations.crop(0.5));
    double acrossRow = crop.get(3) - crop.get(2);
    assertTrue(acrossRow >= 0.5 && acrossRow < 1, "" + acrossRow);
    double down = crop.get(2 * WIDTH + 3) - crop.get(WIDTH + 3);
    assertEquals(10 * acrossRow, down, 1e-9);
    for (int i = 0; i < crop.size(); i++) {
      int plane = WIDTH * HEIGHT;
      assertEquals(crop.get(i % plane) + 1000 * (i / plane), crop.get(i), 1e-6);
    }
  }

  @Test
  void wrongNumbersAreRefused() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> Augmentations.flip(-0.1),
            () -> Augmentations.flip(1.1),
            () -> Augmentations.reversal(Double.NaN),
            () -> Augmentations.crop(0),
            () -> Augmentations.brightness(2),
            () -> Augmentations.contrast(-1),
            () -> Augmentations.noise(1.5),
            () -> Augmentations.speed(0, 1),
            () -> Augmentations.speed(2, 1),
            () -> Augmentations.skip(0))) {
      assertThrows(IllegalArgumentException.class, wrong::run);
    }
    Augmentation outside =
        new Augmentation() {
          @Override
          public long[] frames(long[] frames, long available, RandomGenerator random) {
            return new long[] {0, 1, FRAMES};
          }

          @Override
          public String toString() {
            return "mine";
          }
        };
    String message =
        assertThrows(IllegalArgumentException.class, () -> only(3, 0, outside)).getMessage();
    assertTrue(
        message.contains("mine: chose the frames [0, 1, 40] of 0.npy, expected 3 from 0 to 39"),
        message);
  }
}
