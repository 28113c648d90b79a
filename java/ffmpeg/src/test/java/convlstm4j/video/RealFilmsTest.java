package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Films that cameras and other people's programs made: those of the folder {@code -Dfilms=FOLDER},
 * or of Debian's packages python3-mecavideo, gem-doc, five-or-more, afl++-doc, kphotoalbum and
 * forensics-samples-files where they are installed. Each has the frames and times that ffprobe
 * says, and ffmpeg's pixels. Of the packages' films one in five, all with {@code -Dfull=true}.
 */
class RealFilmsTest {
  private static final List<String> PACKAGES =
      List.of(
          "pymecavideo/data/video",
          "gem/examples/data",
          "help/C/five-or-more/figures",
          "doc/afl++-doc/afl/testcases/multimedia/h264",
          "kphotoalbum/demo",
          "forensics-samples/original-files");

  private static final int FRAMES = 40;

  @TestFactory
  List<DynamicTest> haveTheFramesThatFfprobeSays() throws IOException {
    Clips.assumeFfmpeg();
    String given = System.getProperty("films");
    List<Path> folders =
        given != null
            ? List.of(Path.of(given))
            : PACKAGES.stream().map(Path.of("/usr/share")::resolve).toList();
    List<Path> films =
        folders.stream().filter(Files::isDirectory).flatMap(RealFilmsTest::films).toList();
    assumeTrue(!films.isEmpty(), "no films: -Dfilms=FOLDER, or apt install python3-mecavideo");
    int every = given != null || Boolean.getBoolean("full") ? 1 : 5;
    return IntStream.range(0, films.size())
        .filter(i -> i % every == 0)
        .mapToObj(films::get)
        .map(f -> DynamicTest.dynamicTest(f.toString(), () -> check(f)))
        .toList();
  }

  private static Stream<Path> films(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all
          .filter(f -> f.toString().matches(".*[.](avi|mp4|mpe?g|ogv|mov|mkv|webm)"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void check(Path film) throws IOException {
    double[] seconds = Clips.seconds(film);
    try (VideoFile all = VideoFile.open(film, FramePreparation.NONE)) {
      assertEquals(seconds.length, all.shape().dim(0), "frames");
      for (int i = 0; i < seconds.length; i++) {
        if (Double.isNaN(seconds[i] - seconds[0])) {
          continue;
        }
        double at = all.seconds(i).getAsDouble() - all.seconds(0).getAsDouble();
        assertEquals(seconds[i] - seconds[0], at, 0.002, "frame " + i);
      }
    }
    FramePreparation small = new FramePreparation(24, 32, Fit.STRETCH, 0, Colours.GREY);
    int n = Math.min(FRAMES, seconds.length);
    byte[] expected =
        Clips.run(
            "ffmpeg",
            "-nostdin",
            "-v",
            "quiet",
            "-i",
            film.toString(),
            "-map",
            "0:V:0",
            "-vf",
            "scale=32:24:flags=bicubic+accurate_rnd+bitexact+full_chroma_int,format=gray",
            "-fps_mode",
            "passthrough",
            "-frames:v",
            Integer.toString(n),
            "-f",
            "rawvideo",
            "pipe:1");
    try (VideoFile some = VideoFile.open(film, small)) {
      Tensor frames = some.readFrames(0, n, DType.FLOAT32);
      byte[] got = new byte[frames.size()];
      for (int i = 0; i < got.length; i++) {
        got[i] = (byte) frames.get(i);
      }
      assertArrayEquals(expected, got, "pixels");
      if (seconds.length > n) {
        Tensor last = some.readFrames(seconds.length - 1L, seconds.length, DType.FLOAT32);
        assertTrue(
            Arrays.stream(last.cast(DType.FLOAT64).doubles()).allMatch(v -> v >= 0 && v <= 255));
      }
    }
    assertEquals(0, Clips.running());
  }
}
