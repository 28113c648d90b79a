package convlstm4j.video;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A program {@code ffmpeg}, which {@link FfmpegPrograms} finds. */
public final class FfmpegProgram {
  private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";
  private static final Pattern VERSION = Pattern.compile("ffmpeg version (\\S+)");
  private static final int SECONDS_TO_ANSWER = 20;

  private final Path file;
  private final List<Path> libraries;
  private final String origin;

  private FfmpegProgram(Path file, List<Path> libraries, String origin) {
    this.file = file;
    this.libraries = libraries;
    this.origin = origin;
  }

  /**
   * Names a program.
   *
   * @param file what is started
   * @param libraries folders of its libraries, looked through before those of the system; empty for
   *     none
   * @param origin where it is from, for messages
   * @return the program, not looked for yet
   */
  public static FfmpegProgram of(Path file, List<Path> libraries, String origin) {
    return new FfmpegProgram(file, List.copyOf(libraries), origin);
  }

  /**
   * Prepares a run of it.
   *
   * @param arguments for the program
   * @return what starts it; its command can be added to
   */
  public ProcessBuilder run(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(file.toString()));
    command.addAll(arguments);
    ProcessBuilder run = new ProcessBuilder(command);
    if (!libraries.isEmpty()) {
      String own = libraries.stream().map(Path::toString).collect(Collectors.joining(":"));
      // An empty name in it would be the current folder.
      run.environment()
          .merge(LIBRARY_PATH, own, (others, o) -> others.isEmpty() ? o : o + ":" + others);
    }
    return run;
  }

  /**
   * Starts it to ask for its version.
   *
   * @return the version that it gives, such as {@code 5.1.9-0+deb12u1}
   * @throws VideoException if it does not start or gives none
   */
  public String version() {
    try {
      Process process = run(List.of("-version")).redirectErrorStream(true).start();
      try {
        // What it says is shorter than what a pipe holds.
        if (!process.waitFor(SECONDS_TO_ANSWER, TimeUnit.SECONDS)) {
          throw new VideoException(file, "gives no version within " + SECONDS_TO_ANSWER + " s");
        }
        String said =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Matcher version = VERSION.matcher(said);
        if (process.exitValue() != 0 || !version.lookingAt()) {
          String line = said.lines().findFirst().orElse("nothing");
          throw new VideoException(
              file,
              "does not start, or is no ffmpeg: it says \""
                  + line
                  + "\" and ends with status "
                  + process.exitValue());
        }
        return version.group(1);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new VideoException(file, "cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VideoException(file, "interrupted while it was asked for its version", e);
    }
  }

  /**
   * The program's file.
   *
   * @return where it is
   */
  public Path file() {
    return file;
  }

  /** Where it is, and where it is from. */
  @Override
  public String toString() {
    return file + " (" + origin + ")";
  }
}
