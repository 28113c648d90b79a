package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.backend.NativeCache;
import convlstm4j.cli.Main;
import convlstm4j.cli.demo.Demo;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Each example that {@code --help} shows works, copied as it stands, beside the files it names, and
 * gives what it says; those under {@code demo} are made by the demo's own code.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HelpExamplesTest {
  /**
   * In this order: some work on what those before have made. The demo at its full size takes
   * minutes; SelftestTest runs the example of {@code selftest}.
   */
  private static final List<String> COMMANDS =
      List.of(
          "label-template", // of a folder of films, what it says but once
          "train",
          "evaluate",
          "predict",
          "explain",
          "convert",
          "inspect",
          "summary",
          "plan",
          "demo",
          "info",
          "cache",
          "completion",
          "man",
          "help");

  @TempDir static Path dir;

  private ManyRuns runs;

  @BeforeAll
  void makeFiles() throws IOException {
    SmallModels.writeArrays(dir);
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("model.ckpt"));
      Files.writeString(dir.resolve("model.json"), Architecture.toJson(one.network()));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
    byte[] bytes = new byte[SmallModels.SAMPLES * 4 * 5 * 6];
    new java.util.Random(1).nextBytes(bytes);
    NpyWriter.write(dir.resolve("bytes.npy"), bytes, Shape.of(SmallModels.SAMPLES, 4, 5, 6, 1));
    try (Model eye = eye()) {
      eye.save(dir.resolve("eye.keras"));
    }
    Files.copy(ExtensionJar.write(dir.resolve("jar")), dir.resolve("mine.jar"));
    Files.write(dir.resolve("mix.json"), ExtensionJar.json());
    Files.createDirectories(dir.resolve("cache/javacpp"));
    Files.write(dir.resolve("cache/javacpp/lib.so"), new byte[3 << 20]);
    TestFilms.quick().forEach(System::setProperty);
    // By the demo itself, so that the examples name only what it makes.
    Demo.makeTrailers(dir.resolve("demo"), 2, 2, 1);
    Cli.good(
        "train",
        "--data",
        dir.resolve("demo/train"),
        "--output",
        dir.resolve("demo/convlstm.ckpt"),
        "--filters",
        2,
        "--epochs",
        1);
    if (TestFilms.installed()) {
      makeFilm();
    }
  }

  @BeforeAll
  void startRuns() throws IOException {
    runs = new ManyRuns(dir, TestFilms.quick());
  }

  @AfterAll
  void endRuns() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
    runs.close();
  }

  /** An image network as Keras has them. */
  private static Model eye() {
    Symbol image = Input.named("image", 16, 16, 3);
    Symbol seen = new Conv2D(6, 3).activation("relu").apply(image);
    return Model.of(image, new GlobalAveragePooling2D().apply(seen)).backend("reference").seed(2);
  }

  private static void makeFilm() throws IOException {
    Map<String, String> films =
        Map.of(
            "film.mp4", "testsrc=d=2:",
            "films/moving/a.mp4", "testsrc2=d=1:",
            "films/moving/pictures/%d.png", "testsrc2=d=2:",
            "films/still/a.mp4", "color=d=1:c=gray:");
    TestFilms.makeAll(
        films.entrySet().stream()
            .collect(
                Collectors.toMap(
                    f -> dir.resolve(f.getKey()), f -> f.getValue() + "s=32x32:r=10")));
    Path model = dir.resolve("film.ckpt");
    Cli.good(
        "train", "--data", dir.resolve("films"), "--output", model, "--filters", 2, "--epochs", 1);
  }

  static Stream<String> examples() {
    List<String> all = new ArrayList<>();
    for (String command : COMMANDS) {
      List<String> found = of(Cli.good(command, "--help").out());
      assertTrue(!found.isEmpty(), command + " --help shows no example");
      all.addAll(found);
    }
    return all.stream();
  }

  /** Lines from {@code convlstm4j} on, with those that a backslash joins. */
  private static List<String> of(String help) {
    List<String> found = new ArrayList<>();
    boolean goesOn = false;
    for (String line : help.substring(help.lastIndexOf("\nExample")).lines().toList()) {
      if (goesOn) {
        int last = found.size() - 1;
        found.set(last, found.get(last) + " " + line.strip());
      } else if (line.startsWith("  convlstm4j ")) {
        found.add(line.strip());
      }
      goesOn = line.endsWith("\\");
    }
    return found.stream()
        .map(e -> e.replace("\\ ", ""))
        .filter(e -> !e.equals("convlstm4j demo"))
        .toList();
  }

  /**
   * Each option that a command has, and each that several share, is in an example that is run here:
   * of the command, or of one of those that share it.
   */
  @Test
  void everyOptionHasAnExample() {
    Map<Object, Set<String>> names = new LinkedHashMap<>();
    Set<Object> shown = new HashSet<>();
    new CommandLine(Main.class)
        .getSubcommands()
        .forEach(
            (command, line) -> {
              String help = Cli.good(command, "--help").out();
              Set<String> words = new HashSet<>();
              of(help).forEach(e -> words.addAll(List.of(e.split("[ =]+"))));
              for (OptionSpec option : line.getCommandSpec().options()) {
                if (option.hidden()
                    || List.of("--help", "--version").contains(option.longestName())) {
                  continue; // HelpTest
                }
                assertTrue(help.contains(option.longestName()), command + " " + option);
                Object one = option.userObject(); // the field, which mixins share
                names
                    .computeIfAbsent(one, o -> new TreeSet<>())
                    .add(command + " " + option.longestName());
                boolean run = COMMANDS.contains(command) || command.equals("selftest");
                if (run && words.contains(option.longestName())) {
                  shown.add(one);
                }
              }
            });
    names.keySet().removeAll(shown);
    assertEquals(List.of(), List.copyOf(names.values()), "options without an example that is run");
    assertTrue(shown.size() > 90, shown.size() + " options");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void works(String example) throws Exception {
    assumeTrue(
        !example.matches(".*(film(s[ /]|[.]mp4)|--film ).*") || TestFilms.installed(),
        "no ffmpeg: apt install ffmpeg");
    int from = example.indexOf(" < ");
    String called = from < 0 ? example : example.substring(0, from);
    Object[] words = Stream.of(called.strip().split(" +")).skip(1).toArray();
    File output = Files.createTempFile(dir, "output", ".txt").toFile();
    if (words[0].equals("cache")) {
      Files.writeString(output.toPath(), cache(words));
      check(example, output);
      return;
    }
    File input = from < 0 ? ManyRuns.NOTHING : dir.resolve(example.substring(from + 3)).toFile();
    boolean apart = List.of(words).contains("--threads");
    int code = apart ? apart(words, output) : runs.run(words, input, output);
    assertEquals(0, code, () -> read(output));
    check(example, output);
  }

  private static void check(String example, File output) throws Exception {
    ExampleResults.check(example, dir, read(output));
    ExampleFiles.check(example, dir, read(output));
  }

  /** Of another folder than that which programs were unpacked into. */
  private static String cache(Object[] words) {
    System.setProperty(NativeCache.PROPERTY, dir.resolve("cache").toString());
    try {
      return Cli.good(words).out();
    } finally {
      System.clearProperty(NativeCache.PROPERTY);
    }
  }

  /** In a process of its own, with an option of Java. */
  private static int apart(Object[] words, File output) throws Exception {
    List<String> command = Cli.process(List.of(), words);
    command.add(command.indexOf("-cp"), "-Dconvlstm4j.threads=2"); // as the launcher does
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectInput(ManyRuns.NOTHING)
            .redirectOutput(output)
            .start();
    return process.waitFor();
  }

  private static String read(File file) {
    try {
      return Files.readString(file.toPath(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
