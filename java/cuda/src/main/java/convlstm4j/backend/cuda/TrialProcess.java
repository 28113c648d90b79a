package convlstm4j.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The trial of {@link OpeningTrial} in a process of its own, for a machine on which a library is
 * missing that cuDNN opens: some of its versions end the process then, which must not be ours.
 */
final class TrialProcess {
  private static final String OURS = "convlstm4j.";
  private static final int SECONDS = 60;

  /** Exit codes of a process that a signal has ended are larger. */
  private static final int SIGNALS = 128;

  private static boolean survived;

  private TrialProcess() {}

  /**
   * Makes the trial, once in the life of this process.
   *
   * @param main whose main method tries
   * @return how the other process ended, if a signal or an abort has ended it; empty also where
   *     none can be started, for then nothing is known
   */
  static synchronized Optional<String> death(Class<?> main) {
    if (survived) {
      return Optional.empty();
    }
    try {
      Optional<String> death = run(main);
      survived = death.isEmpty();
      return death;
    } catch (IOException e) {
      return Optional.empty(); // no Java to start here, as in some images: then nothing is known
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // for the caller, who waits for something else
      return Optional.empty();
    }
  }

  private static Optional<String> run(Class<?> main) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith(OURS))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.add("-XX:ErrorFile=/dev/null"); // or an abort leaves a file in the user's folder
    command.add("-XX:-CreateCoredumpOnCrash");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    File output = File.createTempFile("convlstm4j", ".trial");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      if (process.exitValue() <= SIGNALS) {
        return Optional.empty(); // an exception, which will come here as well
      }
      List<String> lines = Files.readAllLines(output.toPath());
      return Optional.of(
          "cuDNN's first convolution ends the process (exit code "
              + process.exitValue()
              + ")"
              + lines.stream()
                  .filter(l -> l.contains(".so"))
                  .findFirst()
                  .map(l -> ": " + l.strip())
                  .orElse(""));
    } finally {
      Files.delete(output.toPath());
    }
  }
}
