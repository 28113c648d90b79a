package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Small C libraries of the tests that stand between a process and the system. */
final class Preloaded {
  private Preloaded() {}

  /**
   * Builds one.
   *
   * @param name of a source among the resources, without its ending
   * @param folder where it is built
   * @return the library, for {@code LD_PRELOAD}; empty where there is no C compiler
   */
  static Optional<Path> build(String name, Path folder) throws Exception {
    Path source = folder.resolve(name + ".c");
    Path built = folder.resolve(name + ".so");
    try (InputStream in =
        Objects.requireNonNull(Preloaded.class.getResourceAsStream(name + ".c"))) {
      Files.copy(in, source);
    }
    try {
      String[] words = {"cc", "-shared", "-fPIC", "-O1", "-o", built + "", source + "", "-ldl"};
      Process cc = new ProcessBuilder(words).redirectErrorStream(true).start();
      String said = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, cc.waitFor(), said);
      return Optional.of(built);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
