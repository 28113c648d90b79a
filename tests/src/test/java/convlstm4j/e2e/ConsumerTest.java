package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else's program ({@code tests/consumer}), outside this build: Maven builds it against
 * what an installation leaves in a repository, with an ffmpeg that it brings along, and it runs on
 * the class path, as a module and as one jar, on the Java of the tests and on a newer one.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ConsumerTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root", ".."));
  private static final String GROUP = "io/github/convlstm4j";
  private static final List<String> MODULES = List.of("core", "keras", "video", "ffmpeg", "onednn");
  private static final String NAMED =
      "convlstm4j.backend.onednn,org.bytedeco.dnnl,org.bytedeco.javacpp,org.bytedeco.opencl";

  /** Nothing here runs so long that the second compiler pays. */
  private static final String QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  private static final boolean FULL = Boolean.getBoolean("full");
  private static final String NATIVES = "onednn-natives";
  private static final Pattern VERSION = Pattern.compile("<version>([^<]*)</version>");

  @TempDir static Path folder;
  private static Path repository;
  private static Path project;
  private static String version;

  private static Path film;

  /** Whether the build had a C++ compiler. */
  private static boolean compiled;

  private static String projectVersion(String pom) {
    Matcher m = VERSION.matcher(pom);
    assertTrue(m.find());
    return m.group(1);
  }

  /** The version that the build of this repository pins, and so has fetched. */
  private static String plugin(String pom, String name) {
    Matcher m = VERSION.matcher(pom.substring(pom.indexOf("<artifactId>" + name + "<")));
    assertTrue(m.find(), name);
    return m.group(1);
  }

  /** Where Maven keeps what it has fetched, found by a jar of it. */
  private static Path fetched() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path jar =
        Arrays.stream(path.split(File.pathSeparator))
            .filter(e -> e.contains("slf4j-api"))
            .map(Path::of)
            .findFirst()
            .orElseThrow();
    return jar.getParent().getParent().getParent().getParent().getParent();
  }

  @BeforeAll
  static void build() throws Exception {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    version = projectVersion(pom);
    repository = folder.resolve("repository");
    install("parent", ROOT.resolve("pom.xml"));
    install("bom", ROOT.resolve("java/bom/pom.xml"));
    for (String module : MODULES) {
      install(module, ".jar");
    }
    try (JarFile natives = new JarFile(install(NATIVES, "-linux-x86_64.jar").toFile())) {
      compiled =
          natives.getEntry("convlstm4j/backend/onednn/linux-x86_64/libconvlstm4j.so") != null;
    }
    film = film(folder.resolve("film.y4m"));
    project = folder.resolve("consumer");
    copy(ROOT.resolve("tests/consumer"), project);
    String text = Files.readString(project.resolve("pom.xml"));
    Matcher names = Pattern.compile("@(maven-[a-z]+-plugin)@").matcher(text);
    text = names.replaceAll(m -> plugin(pom, m.group(1)));
    text = text.replace("@project@", version).replace("@repository@", repository + "/");
    text = text.replace("@shade@", FULL ? "package" : "none"); // it packs 140 MB of libraries anew
    Files.writeString(project.resolve("pom.xml"), text);
    Path settings = folder.resolve("settings.xml");
    Files.writeString(
        settings,
        "<settings><mirrors><mirror><id>fetched</id><mirrorOf>*</mirrorOf><url>"
            + fetched().toUri()
            + "</url></mirror></mirrors></settings>");
    List<String> maven = new ArrayList<>(List.of("mvn", "-B", "-q", "-s", settings.toString()));
    maven.addAll(List.of("-Dmaven.repo.local=" + repository, "package"));
    Ended built = run(project, maven);
    assertEquals(0, built.code, built::toString);
  }

  /** Three frames of grey as they are (YUV4MPEG), ten in a second: made without ffmpeg. */
  private static Path film(Path to) throws IOException {
    ByteArrayOutputStream film = new ByteArrayOutputStream();
    film.writeBytes("YUV4MPEG2 W32 H24 F10:1 C444\n".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 3; i++) {
      byte[] frame = new byte[3 * 32 * 24];
      Arrays.fill(frame, (byte) 128);
      film.writeBytes("FRAME\n".getBytes(StandardCharsets.US_ASCII));
      film.writeBytes(frame);
    }
    return Files.write(to, film.toByteArray());
  }

  /** What maven-install-plugin does: with a pom. */
  private static Path install(String module, Path pom) throws IOException {
    String name = "convlstm4j-" + module;
    Path to = repository.resolve(GROUP).resolve(name).resolve(version);
    Files.createDirectories(to);
    Files.copy(pom, to.resolve(name + "-" + version + ".pom"));
    return to;
  }

  /** With a jar whose name ends so. */
  private static Path install(String module, String ending) throws IOException {
    Path at = ROOT.resolve("java").resolve(module);
    String name = "convlstm4j-" + module + "-" + version + ending;
    Path jar = at.resolve("target").resolve(name);
    assumeTrue(Files.exists(jar), "no jars yet: mvn verify");
    return Files.copy(jar, install(module, at.resolve("pom.xml")).resolve(name));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private record Ended(int code, List<String> out, String err) {}

  private static Ended run(Path where, List<String> command) throws Exception {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    if (command.get(0).equals("mvn")) {
      builder.environment().put("MAVEN_OPTS", QUICK);
    } else {
      builder.environment().put("PATH", folder.toString()); // no ffmpeg is installed there
    }
    Process process = builder.start();
    try {
      int code = process.waitFor();
      return new Ended(
          code,
          Files.readAllLines(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path jar(String kind) {
    return project.resolve("target/consumer-1" + kind + ".jar");
  }

  private static void check(boolean asModule, boolean warns, List<String> words) throws Exception {
    List<String> command = new ArrayList<>(words);
    command.addAll(
        1, List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable"));
    command.addAll(1, Cli.largePages());
    command.addAll(List.of("onednn", film.toString()));
    Ended run = run(folder, command);
    assertEquals(0, run.code, run::toString);
    assertEquals("module " + asModule, run.out.get(0), run::toString);
    assertEquals("backends [onednn, reference]", run.out.get(1), run::toString);
    assertEquals("kernels " + compiled, run.out.get(2), run::toString);
    assertEquals("films true", run.out.get(3), run::toString);
    assertTrue(
        run.out.get(4).matches("film \\[3, 3, 24, 32\\] /.*/ffmpeg \\(of convlstm4j-ffmpeg: .*\\)"),
        run::toString);
    assertTrue(run.out.get(5).matches("loss 0\\.\\d{4}"), run::toString);
    assertEquals(
        List.of("model.ckpt true", "model.keras true", "model.h5 true"),
        run.out.subList(6, run.out.size()),
        run::toString);
    assertEquals(warns, run.err.contains("restricted method"), run::toString);
    assertTrue(!run.err.contains("Exception"), run::toString);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin/java").toString();
  }

  private static String newer() throws IOException {
    return NewerJava.home().resolve("bin/java").toString();
  }

  /** The jars that the thin jar's manifest names, which Maven has found for it. */
  private static String modulePath() throws IOException {
    try (JarFile thin = new JarFile(jar("").toFile())) {
      List<String> all = new ArrayList<>(List.of(jar("").toString()));
      all.addAll(List.of(thin.getManifest().getMainAttributes().getValue("Class-Path").split(" ")));
      return String.join(File.pathSeparator, all);
    }
  }

  /** By default on a newer Java only, as most other tests are on the class path. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void onTheClassPath() throws Exception {
    check(false, false, List.of(java(), "-jar", jar("").toString()));
  }

  @Test
  void asAModule() throws Exception {
    check(true, false, List.of(java(), "-p", modulePath(), "-m", "consumer/consumer.Main"));
  }

  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void asOneJar() throws Exception {
    check(false, false, List.of(java(), "-jar", jar("-shaded").toString()));
  }

  /** The next-frame program of README.md, from its source, with {@code import module} (JEP 511). */
  @Test
  void oneImportIsEnoughOnJava25() throws Exception {
    Path home = NewerJava.home();
    assumeTrue(NewerJava.version(home) >= 25, home + " is older than Java 25");
    String program = ReadmeTest.program(ROOT.resolve("README.md"), "NextFrame");
    String two = "import convlstm4j.layer.*;\nimport convlstm4j.model.*;\n";
    assertTrue(program.startsWith(two), program);
    Path source = folder.resolve("NextFrame.java");
    String one = program.replace(two, "import module convlstm4j;\n");
    assertTrue(one.contains("fit(data, 400)"), one);
    Files.writeString(source, one.replace("fit(data, 400)", "fit(data, 9)")); // it runs
    List<String> command = new ArrayList<>(List.of(newer(), "-Xmx512m"));
    command.addAll(List.of(QUICK.split(" ")));
    command.addAll(List.of("--enable-native-access=" + NAMED, "-p", modulePath()));
    command.addAll(List.of("--add-modules", "convlstm4j", source.toString()));
    Ended run = run(folder, command);
    assertEquals(0, run.code, run::toString);
    assertTrue(run.out.get(run.out.size() - 1).matches("loss 0\\.\\d+"), run::toString);
  }

  @Test
  void onANewerJava() throws Exception {
    String deny = "--illegal-native-access=deny";
    String all = "--enable-native-access=ALL-UNNAMED";
    String jar = jar("").toString();
    check(false, true, List.of(newer(), "-jar", jar));
    if (FULL) { // by default what it is warned of is denied, and allowed, in NewerJavaTest
      check(false, false, List.of(newer(), deny, all, "-jar", jar));
      check(false, false, List.of(newer(), deny, all, "-jar", jar("-shaded").toString()));
      check(
          true,
          false,
          List.of(
              newer(),
              deny,
              "--enable-native-access=" + NAMED,
              "-p",
              modulePath(),
              "-m",
              "consumer/consumer.Main"));
    }
  }
}
