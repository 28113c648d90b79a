package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Skips a test where the ffmpeg on the tests' class path may want libraries of the system. */
  public static void assumeBundled() {
    boolean compiled =
        TestFilms.class
                .getClassLoader()
                .getResource("convlstm4j/ffmpeg/linux-x86_64/libavdevice.so.62")
            != null;
    // Debian's ffmpeg wants the same libraries.
    assumeTrue(compiled || installed(), "the bundled ffmpeg was built without cc");
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
    assumeTrue(installed(), "no ffmpeg: apt install ffmpeg");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Process made =
          new ProcessBuilder(
                  "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source, file.toString())
              .inheritIO()
              .start();
      assertEquals(0, made.onExit().join().exitValue(), () -> source + " to " + file);
      return file;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
