package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** What a program gets that has only some of the jars, or no service files. */
class AutoBackendTest {
  @TempDir Path dir;

  /** The program: starts the fastest backend twice. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        try (Backend b = Backends.auto()) {
          System.out.println(b.name());
        }
      }
    }
  }

  private record Ended(List<String> out, String err) {}

  private static Path home(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  private Ended run(List<Path> classPath) throws Exception {
    List<String> all = new ArrayList<>();
    classPath.forEach(p -> all.add(p.toString()));
    all.add(home(Logger.class).toString());
    all.add(home(Program.class).toString());
    Path out = dir.resolve("out.txt");
    Path err = dir.resolve("err.txt");
    Process p =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(java.io.File.pathSeparator, all),
                Program.class.getName())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertEquals(0, p.waitFor(), () -> "see " + err);
    return new Ended(Files.readAllLines(out), Files.readString(err));
  }

  /** No log is there, so it must be said without one, once. */
  @Test
  void coreAloneWarnsOnStandardError() throws Exception {
    Ended ended = run(List.of(home(Backends.class)));
    assertEquals(List.of("reference", "reference"), ended.out);
    String why = "many times slower than onednn; refused: [], onednn: is not on the class path.";
    assertTrue(ended.err.contains(why), ended.err);
    assertEquals(ended.err.indexOf(why), ended.err.lastIndexOf(why), ended.err);
    assertTrue(ended.err.contains("Add io.github.convlstm4j:convlstm4j-onednn"), ended.err);
  }

  /** A jar made of several jars may have kept none of their service files. */
  @Test
  void providersAreFoundWithoutTheirServiceFiles() {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertEquals(
          List.of("cuda", "onednn", "reference"),
          Backends.providers().stream().map(p -> p.name()).toList());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
