package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.Adler32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows of long films are what they are when all before them is decoded. */
@ExtendWith(WithFfmpeg.class)
class SeekingTest {
  private static final int WINDOW = 6;
  private static final int WINDOWS = 12;
  private static final double[] RATES = {0, 4};

  /**
   * Else every other film, of fewer frames, fewer windows, and each at one rate, the next at the
   * other.
   */
  private static final boolean FULL = Boolean.getBoolean("full");

  private static final int SECONDS = FULL ? 40 : 24;

  private static final String SOURCE =
      "testsrc2=s=64x48:r=" + (FULL ? "25" : "25/2") + ":d=" + SECONDS + ",noise=alls=20:allf=t";

  private static final String OWN_SIZE = "testsrc2=s=32x24:r=10:d=30";

  private static int films;

  @TempDir Path folder;

  /** Name, options, whether it can be sought. */
  static List<Arguments> clips() {
    List<Arguments> all = all();
    return IntStream.range(0, all.size())
        .filter(i -> FULL || i % 2 == 0)
        .mapToObj(all::get)
        .toList();
  }

  private static List<Arguments> all() {
    return List.of(
        arguments("open.mp4", "-c:v libx264 -x264-params open-gop=1:keyint=30:bframes=3", true),
        arguments("a.mp4", "-c:v libx264 -g 40 -bf 3", true),
        arguments("refresh.mkv", "-c:v libx264 -x264-params intra-refresh=1:keyint=50", false),
        arguments(
            "a.mkv",
            "-c:v libx265 -x265-params open-gop=1:keyint=30:bframes=4:log-level=none",
            true),
        arguments("a.webm", "-c:v libvpx -deadline realtime -g 40", true),
        arguments("a.mpg", "-c:v mpeg2video -g 15 -bf 2", false),
        arguments("a.ts", "-c:v libx264 -g 40 -bf 2", false),
        arguments("a.avi", "-c:v mpeg4 -g 30 -bf 2", false),
        arguments(
            "uneven.mkv",
            "-vf select='not(mod(n,7))+lt(mod(n,50),9)' -fps_mode vfr -c:v libx264 -g 20",
            true),
        arguments("a.flv", "-c:v flv -g 30", false),
        arguments("late.mkv", "-c:v libx264 -g 40 -bf 2 -output_ts_offset 37.5", true),
        arguments("a.gif", "-c:v gif", false),
        arguments("a.mov", "-c:v mjpeg -pix_fmt yuvj420p", true));
  }

  @BeforeAll
  static void makeClips() {
    Clips.assumeFfmpeg();
    List<Clips.Clip> all = new ArrayList<>(List.of(Clips.Clip.of("own.mp4", OWN_SIZE)));
    clips().stream()
        .map(Arguments::get)
        .forEach(a -> all.add(Clips.Clip.of((String) a[0], SOURCE, ((String) a[1]).split(" "))));
    Clips.prepare(all);
  }

  /** Whether a format can be sought at all is not asked of all of them: the frames are. */
  @ParameterizedTest
  @MethodSource("clips")
  void framesAreThose(String name, String options, boolean sought) {
    Path clip = Clips.make(folder.resolve(name), SOURCE, options.split(" "));
    int windows = FULL ? WINDOWS : WINDOWS / 3;
    for (double rate : FULL ? RATES : new double[] {RATES[films++ % 2]}) {
      FramePreparation p = new FramePreparation(24, 32, Fit.STRETCH, rate, Colours.RGB);
      try (VideoFile film = VideoFile.open(clip, p);
          VideoFile all = film.reopened()) {
        int frames = (int) film.shape().dim(0);
        byte[][] expected = new byte[frames][];
        for (int i = 0; i < frames; i++) {
          expected[i] = bytes(all, i, i + 1);
        }
        assertFalse(all.isSought());
        Random random = new Random(Long.getLong("seed", 8));
        int seeks = 0;
        for (int i = 0; i < windows; i++) {
          int from = random.nextInt(frames - WINDOW);
          byte[] window = bytes(film, from, from + WINDOW);
          for (int f = 0; f < WINDOW; f++) {
            assertArrayEquals(
                expected[from + f],
                Arrays.copyOfRange(
                    window, f * window.length / WINDOW, (f + 1) * window.length / WINDOW),
                "frame " + (from + f) + " at a rate of " + rate);
          }
          seeks += film.isSought() ? 1 : 0;
        }
        if (sought) {
          assertTrue(seeks > windows / 3, name + " at a rate of " + rate + ": " + seeks + " seeks");
        }
      }
    }
  }

  private static byte[] bytes(VideoFile film, int from, int to) {
    float[] values = film.readFrames(from, to, DType.FLOAT32).floats();
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) values[i];
    }
    return bytes;
  }

  /** Frames of their own size are known once they were read. */
  @Test
  void framesOfTheirOwnSize() {
    Path clip = Clips.make(folder.resolve("own.mp4"), OWN_SIZE);
    try (VideoFile film = VideoFile.open(clip, FramePreparation.NONE)) {
      byte[] first = bytes(film, 240, 250);
      assertFalse(film.isSought());
      bytes(film, 0, 1);
      assertArrayEquals(first, bytes(film, 240, 250));
      assertTrue(film.isSought());
      // Not known yet: read on from the start.
      assertEquals(10 * 3 * 24 * 32, bytes(film, 280, 290).length);
    }
  }

  @Test
  void sumsAreFfmpegs() {
    byte[] some = new byte[200_000];
    new Random(1).nextBytes(some);
    long a = 0;
    long b = 0;
    for (byte v : some) {
      a = (a + (v & 0xFF)) % 65521;
      b = (b + a) % 65521;
    }
    assertEquals(b << 16 | a, FilmFootage.sum(some));
    Adler32 adler = new Adler32();
    adler.update(some);
    assertFalse(adler.getValue() == FilmFootage.sum(some));
  }
}
