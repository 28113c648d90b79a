package convlstm4j.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A terminal that a test runs a command in, which Python holds. */
final class Terminal {
  /**
   * The system's first: the one on the path may be a script that starts ten times as slowly, as
   * pyenv's does.
   */
  private static final List<String> PYTHONS = List.of("/usr/bin/python3", "python3");

  /** Looked for when first asked for, once in this JVM. */
  private static final class Found {
    static final Optional<String> PYTHON =
        PYTHONS.stream().filter(Terminal::hasTerminals).findFirst();

    private Found() {}
  }

  private Terminal() {}

  private static boolean hasTerminals(String python) {
    try {
      return new ProcessBuilder(python, "-c", "import pty").start().onExit().join().exitValue()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  /** The words before a command; a test for which there is no terminal is skipped. */
  static List<String> words() {
    assumeTrue(Found.PYTHON.isPresent(), "no python3 that has pty, so no terminal");
    Path script = Path.of(System.getProperty("user.dir"), "src/test/python/terminal.py");
    return List.of(Found.PYTHON.get(), script.toString());
  }
}
