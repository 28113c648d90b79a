package convlstm4j.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A Java that restricts native code (24 or newer): the one that runs the tests, one in {@code
 * JAVA25_HOME} or one in {@code /usr/lib/jvm}.
 */
final class NewerJava {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");
  private static final int RESTRICTS = 24;

  private NewerJava() {}

  /** Its folder; a test for which there is none is skipped. */
  static Path home() throws IOException {
    Optional<Path> found = find();
    assumeTrue(found.isPresent(), "no Java 24 or newer: set JAVA25_HOME");
    return found.get();
  }

  /** Its folder, if there is one. */
  static Optional<Path> find() throws IOException {
    List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
    Optional.ofNullable(System.getenv("JAVA25_HOME")).map(Path::of).ifPresent(homes::add);
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> all = Files.list(INSTALLED)) {
        all.sorted().forEach(homes::add);
      }
    }
    for (Path home : homes) {
      if (version(home) >= RESTRICTS) {
        return Optional.of(home);
      }
    }
    return Optional.empty();
  }

  /** Of the Java in a folder; 0 if there is none. */
  static int version(Path home) throws IOException {
    if (!Files.exists(home.resolve("release")) || !Files.exists(home.resolve("bin/java"))) {
      return 0;
    }
    Properties release = new Properties();
    try (InputStream in = Files.newInputStream(home.resolve("release"))) {
      release.load(in);
    }
    String version = release.getProperty("JAVA_VERSION", "0").replace("\"", "");
    return Integer.parseInt(version.split("[^0-9]", 2)[0]);
  }
}
