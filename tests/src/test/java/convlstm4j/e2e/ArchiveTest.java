package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The archive that a build makes, where there is nothing but Java and {@code ffmpeg}. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ArchiveTest {
  private static final Path JAR = Path.of(System.getProperty("convlstm4j.jar", "convlstm4j.jar"));

  /** Of Debian's essential packages, what the launcher calls. */
  private static final List<String> TOOLS = List.of("readlink", "dirname", "sed");

  @TempDir static Path folder;
  private static Path program;
  private static Path tools;

  @TempDir Path here;

  private record Ended(int code, List<String> out, List<String> err) {}

  @BeforeAll
  static void unpack() throws Exception {
    List<Path> archives = List.of();
    if (Files.exists(JAR)) {
      try (Stream<Path> all = Files.list(JAR.toAbsolutePath().getParent())) {
        archives = all.filter(p -> p.toString().endsWith("-linux-x86_64.tar.gz")).toList();
      }
    }
    assumeTrue(archives.size() == 1, "no archive yet: mvn verify");
    String archive = archives.get(0).toString();
    assertEquals(
        0, new ProcessBuilder("tar", "xzf", archive, "-C", folder.toString()).start().waitFor());
    String name = archives.get(0).getFileName().toString();
    program = folder.resolve(name.substring(0, name.length() - ".tar.gz".length()));
    tools = Files.createDirectories(folder.resolve("tools"));
    link("java", Path.of(System.getProperty("java.home"), "bin", "java"));
    for (String tool : TOOLS) {
      link(tool, find(tool));
    }
  }

  /** JUnit warns of links that lead out of its folders. */
  @AfterAll
  static void removeLinks() throws IOException {
    if (tools != null) {
      try (Stream<Path> all = Files.list(tools)) {
        for (Path link : all.toList()) {
          Files.delete(link);
        }
      }
    }
  }

  private static void link(String name, Path to) throws IOException {
    Files.createSymbolicLink(tools.resolve(name), to);
  }

  /** Where a program is; null if it is not there. */
  private static Path find(String tool) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(p -> Path.of(p).resolve(tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  @BeforeEach
  void programIsThere() {
    assertTrue(Files.isExecutable(program.resolve("bin/convlstm4j")), program::toString);
  }

  /** In an empty folder, with no more than PATH in the environment. */
  private Ended run(Path launcher, String... words) throws Exception {
    return run("", launcher, words);
  }

  /** The same, with options of Java. */
  private Ended run(String options, Path launcher, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(here.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    if (!options.isEmpty()) {
      builder.environment().put("CONVLSTM4J_OPTS", options);
    }
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      int code = process.waitFor();
      return new Ended(
          code,
          Files.readAllLines(out, StandardCharsets.UTF_8),
          Files.readAllLines(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aClipBecomesAPictureInOneCommand() throws Exception {
    Path ffmpeg = find("ffmpeg");
    assumeTrue(ffmpeg != null, "no ffmpeg: apt install ffmpeg");
    for (String tool : List.of("ffmpeg", "ffprobe")) {
      if (!Files.exists(tools.resolve(tool))) {
        link(tool, find(tool));
      }
    }
    TestFilms.make(here.resolve("clip.mp4"), "testsrc=s=64x48:r=10:d=6");
    Path launcher = program.resolve("bin/convlstm4j");
    String quick = "-XX:TieredStopAtLevel=1 " + String.join(" ", Cli.largePages());
    Ended demo = run(quick, launcher, "demo", "--film", "clip.mp4", "--epochs", "1");
    assertEquals(0, demo.code, demo::toString);
    String page = Files.readString(here.resolve("demo/film.html"));
    assertTrue(page.contains("<img") && page.contains("data:image/png;base64,"), page);
    if (Boolean.getBoolean("full")) { // by default without the archive only: FilmCommandsTest
      trainAndPredict(quick, launcher);
    }
  }

  private void trainAndPredict(String quick, Path launcher) throws Exception {
    Files.createDirectory(here.resolve("films"));
    Files.copy(here.resolve("clip.mp4"), here.resolve("films/a.mp4"));
    Files.writeString(here.resolve("films/labels.csv"), "id,start,end,label\na,1,3,early\n");
    List<String> words =
        List.of("train", "--data", "films", "--output", "my.ckpt", "--epochs", "1");
    Ended train = run(quick, launcher, words.toArray(new String[0]));
    assertEquals(0, train.code, train::toString);
    Ended predict =
        run(
            quick,
            launcher,
            "predict",
            "--model",
            "my.ckpt",
            "--input",
            "clip.mp4",
            "--picture",
            "p.png");
    assertEquals(0, predict.code, predict::toString);
    assertTrue(
        javax.imageio.ImageIO.read(here.resolve("p.png").toFile()).getWidth() > 300, "p.png");
  }

  @Test
  void theFastBackendStartsWithItsKernels() throws Exception {
    // Through a link, as one lies in a folder of PATH.
    link("convlstm4j", program.resolve("bin/convlstm4j"));
    Ended info = run(tools.resolve("convlstm4j"), "info");
    assertEquals(0, info.code, info::toString);
    assertEquals(List.of(), info.err);
    assertTrue(
        info.out.stream().anyMatch(l -> l.matches("  onednn +starts: .* kernels in C\\+\\+ .*")),
        info::toString);
  }

  @Test
  void everyCommandHasItsPage() throws Exception {
    Set<String> expected = new TreeSet<>(Set.of("convlstm4j.1"));
    new CommandLine(Main.class)
        .getSubcommands()
        .keySet()
        .forEach(c -> expected.add("convlstm4j-" + c + ".1"));
    Set<String> pages = new TreeSet<>();
    try (Stream<Path> all = Files.list(program.resolve("share/man/man1"))) {
      for (Path page : all.toList()) {
        pages.add(page.getFileName().toString());
        assertTrue(Files.readString(page).startsWith(".TH "), page::toString);
      }
    }
    assertEquals(expected, pages);
    String completion =
        Files.readString(program.resolve("share/bash-completion/completions/convlstm4j"));
    assertTrue(completion.contains("function _picocli_convlstm4j_train()"), completion);
  }

  @Test
  void licencesAreThere() throws Exception {
    Path root = Path.of(System.getProperty("convlstm4j.root", ".."));
    for (String name : List.of("LICENSE", "NOTICE")) {
      assertEquals(Files.readString(root.resolve(name)), Files.readString(program.resolve(name)));
    }
    assertTrue(Files.readString(program.resolve("THIRD-PARTY.txt")).contains("SLF4J"));
    Path gpl = program.resolve("licenses/GPL-3.0.txt");
    assertTrue(Files.readString(gpl).contains("GNU GENERAL PUBLIC LICENSE"));
  }

  @Test
  void aScriptWithoutItsJarSaysSo() throws Exception {
    Path alone = Files.createDirectories(here.resolve("bin")).resolve("convlstm4j");
    Files.copy(program.resolve("bin/convlstm4j"), alone);
    Ended run = run(alone, "info");
    assertEquals(1, run.code);
    assertEquals(
        List.of(
            "convlstm4j: there is no "
                + here.toRealPath().resolve("lib/convlstm4j.jar")
                + "; unpack the whole archive anew, or call this script where it was unpacked"),
        run.err);
  }
}
