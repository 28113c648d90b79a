package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.cli.demo.Demo;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Model;
import convlstm4j.video.VideoFile;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each example that {@code --help} shows works, copied as it stands, beside the files it names, and
 * gives what it says; those under {@code demo} are made by the demo's own code.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HelpExamplesTest {
  /** In this order: some work on what those before have made. {@code demo} takes minutes. */
  private static final List<String> COMMANDS =
      List.of(
          "train",
          "evaluate",
          "predict",
          "explain",
          "convert",
          "inspect",
          "summary",
          "label-template",
          "plan",
          "info",
          "cache",
          "completion",
          "man",
          "help");

  @TempDir static Path dir;

  @BeforeAll
  void makeFiles() throws IOException {
    SmallModels.writeArrays(dir);
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("model.ckpt"));
      Files.writeString(dir.resolve("model.json"), Architecture.toJson(one.network()));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
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
    if (VideoFile.decoder().isPresent()) {
      makeFilm();
    }
  }

  private static void makeFilm() throws IOException {
    for (String source : List.of("color=c=gray", "testsrc2", "testsrc")) {
      Path film = dir.resolve(source.equals("testsrc") ? "film.mp4" : "films/" + source + "/a.mp4");
      Files.createDirectories(film.getParent());
      String input = source + (source.contains("=") ? ":" : "=") + "s=32x32:r=10:d=2";
      Process made =
          new ProcessBuilder(
                  "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", input, film.toString())
              .inheritIO()
              .start();
      assertEquals(0, made.onExit().join().exitValue());
    }
    Path model = dir.resolve("film.ckpt");
    Cli.good("train", "--data", dir.resolve("films"), "--output", model, "--epochs", 1);
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
    return found.stream().map(e -> e.replace("\\ ", "")).toList();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void works(String example) throws Exception {
    assumeTrue(
        !example.matches(".*film(s |[.]mp4).*") || VideoFile.decoder().isPresent(),
        "no ffmpeg: apt install ffmpeg");
    int from = example.indexOf(" < ");
    String called = from < 0 ? example : example.substring(0, from);
    Object[] words = Stream.of(called.strip().split(" +")).skip(1).toArray();
    File output = Files.createTempFile(dir, "output", ".txt").toFile();
    Process process =
        new ProcessBuilder(Cli.process(List.of(), words))
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectInput(
                from < 0
                    ? new File("/dev/null")
                    : dir.resolve(example.substring(from + 3)).toFile())
            .redirectOutput(output)
            .start();
    int code = process.waitFor();
    assertEquals(0, code, () -> read(output));
    ExampleResults.check(example, dir, read(output));
    ExampleFiles.check(example, dir, read(output));
  }

  private static String read(File file) {
    try {
      return Files.readString(file.toPath(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
