package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clips with bytes changed, cut out or cut off: each gives its frames or one clear line, and leaves
 * no process and no file. {@code -Dfuzz.clips=N} tries so many, {@code -Dseed=S} others.
 */
@ExtendWith(WithFfmpeg.class)
class DamagedClipsTest {
  private static final List<String> ENDINGS = List.of("mp4", "mkv", "avi", "webm", "gif", "ts");

  @TempDir Path folder;

  @Test
  void eachGivesFramesOrOneLine() throws IOException {
    int clips = Integer.getInteger("fuzz.clips", 12);
    long seed = Long.getLong("seed", 20151206L);
    Random random = new Random(seed);
    byte[][] whole = new byte[ENDINGS.size()][];
    Clips.makeAll(
        folder,
        ENDINGS.stream()
            .map(e -> Clips.Clip.of("whole." + e, "testsrc2=s=48x32:r=10:d=1"))
            .toList());
    for (int i = 0; i < whole.length; i++) {
      Path clip = folder.resolve("whole." + ENDINGS.get(i));
      whole[i] = Files.readAllBytes(clip);
      Files.delete(clip);
    }
    int decoded = 0;
    for (int n = 0; n < clips; n++) {
      int kind = n % whole.length;
      Path clip = folder.resolve("damaged." + ENDINGS.get(kind));
      Files.write(clip, damaged(whole[kind].clone(), random));
      String what = "seed " + seed + ", clip " + n + ", " + clip;
      boolean good =
          assertTimeoutPreemptively(Duration.ofSeconds(60), () -> decodes(clip), () -> what);
      decoded += good ? 1 : 0;
      assertEquals(0, Clips.running(), what);
      Files.delete(clip);
      try (var left = Files.list(folder)) {
        assertEquals(List.of(), left.toList(), what);
      }
    }
    assertTrue(decoded > 0 && decoded < clips, decoded + " of " + clips + " gave frames");
  }

  private static boolean decodes(Path clip) {
    try (VideoFile film =
        VideoFile.open(clip, new FramePreparation(16, 16, Fit.CROP, 0, Colours.RGB))) {
      long frames = film.shape().dim(0);
      assertEquals(frames, film.readFrames(0, frames, DType.FLOAT32).shape().dim(0));
      return true;
    } catch (VideoException e) {
      assertTrue(e.getMessage().startsWith(clip + ": "), e.getMessage());
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      return false;
    }
  }

  private static byte[] damaged(byte[] clip, Random random) {
    switch (random.nextInt(3)) {
      case 0 -> {
        int changes = 1 + random.nextInt(40);
        for (int i = 0; i < changes; i++) {
          clip[random.nextInt(clip.length)] = (byte) random.nextInt(256);
        }
        return clip;
      }
      case 1 -> {
        return Arrays.copyOf(clip, random.nextInt(clip.length));
      }
      default -> {
        int from = random.nextInt(clip.length);
        int to = from + random.nextInt(clip.length - from);
        byte[] rest = Arrays.copyOf(clip, clip.length - (to - from));
        System.arraycopy(clip, to, rest, from, clip.length - to);
        return rest;
      }
    }
  }
}
