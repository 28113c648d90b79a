package convlstm4j.video;

import convlstm4j.spi.Providers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the program {@code ffmpeg} that decodes films and pictures. It is the one that the system
 * property {@value #PROPERTY} names; else the first in a folder of {@code PATH}; else one that the
 * module convlstm4j-ffmpeg brings along, which {@code -Dconvlstm4j.ffmpeg=bundled} asks for
 * whatever is installed.
 */
public final class FfmpegPrograms {
  /** System property: where the program is, or {@value #BUNDLED}. */
  public static final String PROPERTY = "convlstm4j.ffmpeg";

  /** Value of the property: the program that a module brings along. */
  public static final String BUNDLED = "bundled";

  private static final Logger LOG = LoggerFactory.getLogger(FfmpegPrograms.class);

  /** Of module convlstm4j-ffmpeg. */
  private static final List<String> KNOWN = List.of("convlstm4j.ffmpeg.BytedecoFfmpeg");

  /** The one that was brought along, once it has started. */
  private static @Nullable FfmpegProgram prepared;

  private FfmpegPrograms() {}

  /**
   * Looks for the program.
   *
   * @return it; empty if there is none
   * @throws VideoException if a module brings one along that is to be taken, but does not start
   */
  public static Optional<FfmpegProgram> find() {
    return find("ffmpeg");
  }

  /**
   * The program, where it is needed.
   *
   * @param film what needs it, the start of messages
   * @return the program
   * @throws VideoException if there is none, or the one that a module brings along does not start
   */
  public static FfmpegProgram get(Object film) {
    return find(film)
        .orElseThrow(
            () ->
                new VideoException(
                    film,
                    "needs the program ffmpeg, version 5.1 or later, which is "
                        + absent()
                        + ": install it (apt install ffmpeg), or take the module"
                        + " io.github.convlstm4j:convlstm4j-ffmpeg, which brings one along (27"
                        + " MB; ./convlstm4j: CONVLSTM4J_FFMPEG=bundled), or say where it is by -D"
                        + PROPERTY
                        + "=PROGRAM"));
  }

  private static String absent() {
    String given = System.getProperty(PROPERTY);
    if (given == null) {
      return "in no folder of PATH";
    }
    return given.equals(BUNDLED)
        ? "brought along by no module, as -D" + PROPERTY + "=" + BUNDLED + " wants"
        : "not at -D" + PROPERTY + "=" + given;
  }

  private static Optional<FfmpegProgram> find(Object film) {
    String given = System.getProperty(PROPERTY);
    if (given == null) {
      Optional<Path> installed = inPath("ffmpeg");
      return installed.isPresent()
          ? installed.map(p -> FfmpegProgram.of(p, List.of(), "installed"))
          : bundled(film);
    }
    return given.equals(BUNDLED)
        ? bundled(film)
        : Optional.of(Path.of(given))
            .filter(FfmpegPrograms::runs)
            .map(p -> FfmpegProgram.of(p, List.of(), "of -D" + PROPERTY));
  }

  private static synchronized Optional<FfmpegProgram> bundled(Object film) {
    if (prepared == null || !runs(prepared.file())) {
      prepared = null;
      List<BundledFfmpeg> all = Providers.of(BundledFfmpeg.class, KNOWN);
      if (all.isEmpty()) {
        return Optional.empty();
      }
      try {
        prepared = all.get(0).prepare();
      } catch (IOException e) {
        throw new VideoException(film, "needs the program ffmpeg; " + e.getMessage(), e);
      }
      LOG.info("films are decoded by {}", prepared);
    }
    return Optional.of(prepared);
  }

  /** A program in a folder of PATH. */
  static Optional<Path> inPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(FfmpegPrograms::runs)
        .findFirst();
  }

  private static boolean runs(Path program) {
    return Files.isRegularFile(program) && Files.isExecutable(program);
  }
}
