package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.FfmpegPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on good input. */
class CommandsTest {
  @TempDir Path dir;
  private Path data;
  private Path checkpoint;

  @BeforeEach
  void prepare() throws IOException {
    data = TinyFolder.write(dir.resolve("data"));
    checkpoint = dir.resolve("a.ckpt");
  }

  private Cli train(Path output, int epochs, Object... more) {
    Object[] words = {
      "train",
      "--data",
      data,
      "--output",
      output,
      "--epochs",
      epochs,
      "--window",
      3,
      "--batch-size",
      2,
      "--filters",
      2,
      "--backend",
      "reference"
    };
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Cli.good(all);
  }

  @Test
  void trainsAndSays() {
    Cli cli = train(checkpoint, 2, "--validation", "3", "--log", dir.resolve("log.csv"));
    assertEquals(3, cli.errLines().size(), cli::toString);
    assertTrue(cli.errLines().get(0).startsWith("epoch 1/2"), cli::toString);
    assertTrue(cli.errLines().get(1).contains("val_loss"), cli::toString);
    assertEquals("done: 2 epochs, saved to " + checkpoint, cli.errLines().get(2));
    try (Model model = Checkpoint.load(checkpoint)) {
      assertEquals(2, model.progress().epoch());
      assertEquals(2 * 3, model.progress().step(), "2 epochs of 6 windows in batches of 2");
      assertEquals(TinyFolder.GENRES, model.network().outputNames());
    }
  }

  @Test
  void logsEpochs() throws IOException {
    Path log = dir.resolve("log.csv");
    train(checkpoint, 2, "--log", log);
    List<String> lines = Files.readAllLines(log);
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("epoch,loss,comedy_loss,action_loss"), lines::toString);
  }

  @Test
  void goesOnBitForBit() throws IOException {
    train(checkpoint, 4);
    Path half = dir.resolve("half.ckpt");
    Path whole = dir.resolve("whole.ckpt");
    train(half, 2);
    train(whole, 4, "--model", half);
    assertNotEquals(-1, Files.mismatch(half, whole));
    assertEquals(-1, Files.mismatch(checkpoint, whole), "first byte that differs");
  }

  @Test
  void seedDecides() throws IOException {
    train(checkpoint, 1, "--seed", 5);
    Path same = dir.resolve("same.ckpt");
    Path other = dir.resolve("other.ckpt");
    train(same, 1, "--seed", 5);
    train(other, 1, "--seed", 6);
    assertEquals(-1, Files.mismatch(checkpoint, same), "first byte that differs");
    assertNotEquals(-1, Files.mismatch(checkpoint, other));
  }

  @Test
  void startsFromAnArchitecture() throws IOException {
    train(checkpoint, 1);
    Path json = dir.resolve("model.json");
    try (Model model = Checkpoint.load(checkpoint)) {
      Files.writeString(json, Architecture.toJson(model.network()));
    }
    Path fromJson = dir.resolve("json.ckpt");
    train(fromJson, 1, "--model", json);
    assertEquals(-1, Files.mismatch(checkpoint, fromJson), "first byte that differs");
    assertEquals(
        Cli.good("summary", checkpoint).out().lines().skip(1).toList(),
        Cli.good("summary", json).out().lines().skip(1).toList());
  }

  @Test
  void evaluates() {
    train(checkpoint, 1);
    String out = Cli.good("evaluate", "--model", checkpoint, "--data", data).out();
    try (Model model = Checkpoint.load(checkpoint)) {
      var expected =
          model.evaluate(convlstm4j.data.folder.VideoFolder.open(data).fitting(model.signature()));
      double mean = (expected.get("comedy_f1_score") + expected.get("action_f1_score")) / 2;
      String row = "%-6s    %.4f    %.4f";
      assertEquals(
          List.of(
              "            loss  f1_score",
              String.format(
                  Locale.ROOT,
                  row,
                  "comedy",
                  expected.get("comedy_loss"),
                  expected.get("comedy_f1_score")),
              String.format(
                  Locale.ROOT,
                  row,
                  "action",
                  expected.get("action_loss"),
                  expected.get("action_f1_score")),
              String.format(Locale.ROOT, row, "all", expected.get("loss"), mean)),
          out.lines().toList());
    }
  }

  @Test
  void predicts() {
    train(checkpoint, 1);
    Path scores = dir.resolve("scores.npy");
    Path video = data.resolve("trailer_2.npy");
    Cli cli = Cli.good("predict", "--model", checkpoint, "--input", video, "--output", scores);
    assertEquals(scores + ": columns comedy, action", cli.out().strip());
    NpyFile file = NpyFile.open(scores);
    assertEquals(Shape.of(TinyFolder.FRAMES, 2), file.shape());
    try (Model model = Checkpoint.load(checkpoint)) {
      Tensor x = NpyFile.open(video).unitRange().read(DType.FLOAT32);
      List<Tensor> outputs = model.predict(x.reshape(x.shape().prepend(1)));
      float[] expected = new float[2 * TinyFolder.FRAMES];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = outputs.get(i % 2).floats()[i / 2];
      }
      assertArrayEquals(expected, file.read(DType.FLOAT32).floats());
    }
  }

  @Test
  void tellsOfBackends() {
    String out = Cli.good("info").out();
    assertTrue(out.contains("reference starts: plain Java"), out);
    assertTrue(out.contains("java        " + Runtime.version()), out);
  }

  /** Which ffmpeg, of which version, from where; or why there is none, as a line of its own. */
  @ParameterizedTest
  @CsvSource({
    "bundled, 'films {7}ffmpeg 8[.0-9]+, /.*/ffmpeg [(]of convlstm4j-ffmpeg: org.bytedeco:ffmpeg:.*[)]'",
    "/nowhere/ffmpeg, 'films: needs the program ffmpeg, .* which is not at -D.*=/nowhere/ffmpeg: .*'",
    "/bin/false, '/bin/false: does not start, or is no ffmpeg: it says \"nothing\" and ends .* 1'"
  })
  void tellsWhatDecodesFilms(String ffmpeg, String line) {
    if (ffmpeg.equals(FfmpegPrograms.BUNDLED)) {
      TestFilms.assumeBundled();
    }
    System.setProperty(FfmpegPrograms.PROPERTY, ffmpeg);
    try {
      String out = Cli.good("info").out();
      assertEquals(1, out.lines().filter(l -> l.matches(line)).count(), out);
    } finally {
      System.clearProperty(FfmpegPrograms.PROPERTY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--film"})
  void aDemoMakesNothingForABackendThatDoesNotStart(String film) {
    List<Object> words = new ArrayList<>(List.of("demo", "--backend", "none"));
    words.addAll(List.of("--output", dir.resolve("demo")));
    if (!film.isEmpty()) {
      words.add(film);
    }
    Cli.refused("none", words.toArray());
    assertFalse(Files.exists(dir.resolve("demo")));
  }

  @Test
  void tellsItsVersion() {
    assertTrue(Cli.good("--version").out().startsWith("convlstm4j "));
  }

  @Test
  void withoutWordsShowsHelp() {
    Cli cli = Cli.good();
    assertEquals(Cli.good("--help").out(), cli.out());
    for (String command :
        List.of("demo", "train", "evaluate", "predict", "convert", "inspect", "summary", "info")) {
      assertTrue(cli.out().contains("  " + command + " "), cli::out);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"demo", "train", "evaluate", "predict", "convert", "inspect", "summary", "info"})
  void helpTeachesByExample(String command) {
    String out = Cli.good(command, "--help").out();
    assertTrue(out.contains("\n  convlstm4j " + command), out);
  }
}
