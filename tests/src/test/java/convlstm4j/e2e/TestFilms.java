package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.video.FfmpegPrograms;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Films that ffmpeg's sources make. */
public final class TestFilms {
  private TestFilms() {}

  /**
   * Whether films can be made: by the ffmpeg that is installed, not the one on the tests' class
   * path.
   *
   * @return whether it is in a folder of {@code PATH}
   */
  public static boolean installed() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "ffmpeg")));
  }

  private static boolean compiled() {
    return TestFilms.class
            .getClassLoader()
            .getResource("convlstm4j/ffmpeg/linux-x86_64/libavdevice.so.62")
        != null;
  }

  /** Skips a test where the ffmpeg on the tests' class path may want libraries of the system. */
  public static void assumeBundled() {
    // Debian's ffmpeg wants the same libraries.
    assumeTrue(compiled() || installed(), "the bundled ffmpeg was built without cc");
  }

  /**
   * For tests that start ffmpeg often and are not about it: the one on the tests' class path starts
   * in a tenth of the time that Debian's takes.
   *
   * @return values of the system property that names the program; none where that one may not start
   */
  public static Map<String, String> quick() {
    return compiled() ? Map.of(FfmpegPrograms.PROPERTY, FfmpegPrograms.BUNDLED) : Map.of();
  }

  /**
   * Makes one, or pictures where the name has a number such as {@code %d}; skips the test without
   * ffmpeg.
   *
   * @param file in a folder that is made if it is not there
   * @param source such as {@code testsrc2=s=16x16:r=5:d=2}
   * @return the file
   */
  public static Path make(Path file, String source) {
    makeAll(Map.of(file, source));
    return file;
  }

  /**
   * Makes several by one run: to start Debian's ffmpeg takes longer than a short film.
   *
   * @param films files, and the source of each, as of {@link #make}
   */
  public static void makeAll(Map<Path, String> films) {
    assumeTrue(installed(), "no ffmpeg: apt install ffmpeg");
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
    List<String> outputs = new ArrayList<>();
    try {
      for (Map.Entry<Path, String> film : films.entrySet()) {
        Files.createDirectories(film.getKey().toAbsolutePath().getParent());
        outputs.addAll(List.of("-map", Integer.toString(outputs.size() / 3)));
        outputs.add(film.getKey().toString());
        command.addAll(List.of("-f", "lavfi", "-i", film.getValue()));
      }
      command.addAll(outputs);
      Process made = new ProcessBuilder(command).inheritIO().start();
      assertEquals(0, made.onExit().join().exitValue(), films::toString);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
