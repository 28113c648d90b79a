package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Java that restricts native code (24 or newer, JEP 472): the runnable jar needs no option, a
 * user of the library is told which.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NewerJavaTest {
  private static final Path JAR = Path.of(System.getProperty("convlstm4j.jar", "convlstm4j.jar"));
  private static final String DENY = "--illegal-native-access=deny";

  @TempDir Path dir;

  private record Ended(int code, List<String> out, List<String> err) {
    String onednn() {
      return out.stream().filter(l -> l.startsWith("  onednn ")).findFirst().orElse("");
    }
  }

  private Ended run(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(NewerJava.home().resolve("bin/java").toString(), "-Xmx512m"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(Cli.largePages());
    command.addAll(List.of(words));
    Path out = dir.resolve("out.txt");
    Path err = dir.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      return new Ended(
          process.waitFor(),
          Files.readAllLines(out, StandardCharsets.UTF_8),
          Files.readAllLines(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theRunnableJarNeedsNoOptionAndWarnsOfNothing() throws Exception {
    assumeTrue(Files.exists(JAR), "no runnable jar yet: mvn verify");
    // By default a training alone is under it, below.
    List<List<String>> all =
        Boolean.getBoolean("full") ? List.of(List.of(), List.of(DENY)) : List.of(List.of());
    for (List<String> options : all) {
      List<String> words = new ArrayList<>(options);
      words.addAll(List.of("-jar", JAR.toString(), "info"));
      Ended info = run(words.toArray(new String[0]));
      assertEquals(0, info.code, info::toString);
      assertEquals(List.of(), info.err);
      assertTrue(info.onednn().contains(" starts: "), info::toString);
    }
  }

  @Test
  void theRunnableJarTrainsUnderDeny() throws Exception {
    assumeTrue(Files.exists(JAR), "no runnable jar yet: mvn verify");
    Path data = TinyFolder.write(dir.resolve("data"));
    Path model = dir.resolve("a.ckpt");
    List<String> words = new ArrayList<>(List.of(DENY, "-jar", JAR.toString(), "train", "--data"));
    words.addAll(List.of(data.toString(), "--output", model.toString(), "--epochs", "1"));
    words.addAll(List.of("--filters", "2", "--window", "3", "--backend", "onednn"));
    Ended train = run(words.toArray(new String[0]));
    assertEquals(0, train.code, train::toString);
    assertFalse(train.err.stream().anyMatch(l -> l.contains("WARNING")), train::toString);
    assertTrue(Files.exists(model));
  }

  @Test
  void aUserOfTheLibraryIsToldTheOption() throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Ended refused = run(DENY, "-cp", path, "convlstm4j.cli.Main", "info");
    assertEquals(0, refused.code, refused::toString);
    assertTrue(
        refused
            .onednn()
            .endsWith(
                "; Java refuses native code unless it is started with"
                    + " --enable-native-access=ALL-UNNAMED"),
        refused::toString);
    String option = "--enable-native-access=ALL-UNNAMED";
    Ended allowed = run(DENY, option, "-cp", path, "convlstm4j.cli.Main", "info");
    assertTrue(allowed.onednn().contains(" starts: "), allowed::toString);
  }

  /** As modules: the jars that a build has made, with what they need. */
  @Test
  void worksAsModulesAndNamesThem() throws Exception {
    List<String> jars = new ArrayList<>();
    Path tests = Path.of("").toAbsolutePath().resolve("target");
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : path.split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      // The folders of this module, and what tests alone need.
      if (jar.startsWith(tests) || entry.contains("junit") || entry.contains("jqwik")) {
        continue;
      }
      assumeTrue(Files.isRegularFile(jar), "no jars yet: mvn verify");
      jars.add(entry);
    }
    String modules = String.join(File.pathSeparator, jars);
    Ended refused = asModules(modules, DENY);
    assertEquals(0, refused.code, refused::toString);
    String named = "org.bytedeco.dnnl,org.bytedeco.javacpp,org.bytedeco.opencl";
    assertTrue(refused.onednn().endsWith("=convlstm4j.backend.onednn," + named), refused::toString);
    String allow = refused.onednn().replaceAll(".*(--enable-native-access=\\S*)", "$1");
    Ended allowed = asModules(modules, DENY, allow);
    assertTrue(allowed.onednn().contains(" starts: "), allowed::toString);
    assertTrue(allowed.onednn().contains("kernels in C++"), allowed::toString);
  }

  private Ended asModules(String path, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of(options));
    // Some modules are automatic ones: what they need is not derived from them.
    words.addAll(List.of("-p", path, "--add-modules", "ALL-MODULE-PATH"));
    words.addAll(List.of("-m", "convlstm4j.cli/convlstm4j.cli.Main", "info"));
    return run(words.toArray(new String[0]));
  }

  /** The names that the module path gives the jars must not come from names of files. */
  @Test
  void everyJarNamesItsModule() throws Exception {
    assumeTrue(Files.exists(JAR), "no jars yet: mvn verify");
    Path root = Path.of(System.getProperty("convlstm4j.root", ".."));
    for (String module :
        List.of("core", "keras", "video", "ffmpeg", "onednn", "onednn-natives", "cuda", "cli")) {
      try (Stream<Path> files =
          Files.list(root.resolve("java").resolve(module).resolve("target"))) {
        List<Path> jars =
            files.filter(f -> f.toString().matches(".*(?<!-sources|-javadoc)[.]jar")).toList();
        assertFalse(jars.isEmpty(), module);
        for (Path jar : jars) {
          try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String name = manifest.getMainAttributes().getValue("Automatic-Module-Name");
            assertTrue(name != null && name.startsWith("convlstm4j"), jar + ": " + name);
          }
        }
      }
    }
  }
}
