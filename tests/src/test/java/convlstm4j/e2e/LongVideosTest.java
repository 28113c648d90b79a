package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.Main;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code plan}, {@code --memory}, {@code --stretch} and {@code --input -} say of wrong calls.
 */
class LongVideosTest {
  @TempDir static Path dir;

  @BeforeAll
  static void write() throws Exception {
    SmallModels.writeArrays(dir);
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("model.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
  }

  private static void wrong(String said, Object... words) {
    Cli cli = Cli.run(words);
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.err().contains(said), cli::toString);
    assertEquals(1, cli.err().lines().count(), cli::toString);
  }

  private static Object[] predict(Object... more) {
    List<Object> all = new ArrayList<>(List.of("predict", "--model"));
    all.add(dir.resolve("model.ckpt"));
    all.addAll(List.of("--input", dir.resolve("x.npy"), "--output", dir.resolve("none.npy")));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void sizesAreNumbersWithAUnit() {
    for (String size : List.of("12", "g", "0g", "-1g", "1e3g", "1..5g", "999999999t")) {
      wrong("--memory " + size + ": expected a size above 0", predict("--memory=" + size));
    }
    wrong("--stretch 0: must be at least 1", predict("--stretch", 0));
    assertFalse(Files.exists(dir.resolve("none.npy")));
  }

  @Test
  void whatCannotFitIsRefusedBeforeItBegins() {
    wrong("that the model may take, Java itself included", predict("--memory", "1m"));
    assertFalse(Files.exists(dir.resolve("none.npy")));
    Cli cli =
        Cli.run(
            "plan",
            "--model",
            dir.resolve("model.ckpt"),
            "--input-shape",
            "1,4,5,6,1",
            "--memory",
            "1m");
    assertEquals(2, cli.code(), cli::toString);
    assertTrue(cli.out().contains("does not fit: "), cli::toString);
    assertTrue(cli.out().contains("the smallest memory that can is 0.14 GiB"), cli::toString);
  }

  @Test
  void shapesAreChecked() {
    Path model = dir.resolve("model.ckpt");
    for (String shape : List.of("", "1,,2", "0,4,5,6,1", "a", "1,4,5,6,1,")) {
      wrong(
          "--input-shape " + shape + ": expected sizes of at least 1",
          "plan",
          "--model",
          model,
          "--input-shape=" + shape);
    }
    wrong("expected [", "plan", "--model", model, "--input-shape", "1,4,5,7,1");
    wrong("--input-shape", "plan", "--model", dir.resolve("twins.ckpt"), "--input-shape", "1,3");
  }

  @Test
  void aStreamGoesToStandardOutput() {
    wrong(
        "expected --output -",
        "predict",
        "--model",
        dir.resolve("model.ckpt"),
        "--input",
        "-",
        "--output",
        dir.resolve("y.csv"));
  }

  /** In a process of its own one of them, with {@code -Dfull=true} each. */
  @Test
  void aStreamThatIsCutIsToldWithWhatCame() throws Exception {
    NpyWriter.write(dir.resolve("v.npy"), Tensor.zeros(DType.FLOAT32, Shape.of(4, 5, 6, 1)));
    byte[] bytes = Files.readAllBytes(dir.resolve("v.npy"));
    for (int length : new int[] {0, 50, bytes.length - 1}) {
      File in = dir.resolve("cut.npy").toFile();
      Files.write(in.toPath(), Arrays.copyOf(bytes, length));
      if (length != 50 && !Boolean.getBoolean("full")) {
        StringWriter said = new StringWriter();
        assertEquals(2, streamed(new StringWriter(), said, in.toPath()), said::toString);
        assertTrue(said.toString().contains("standard input: "), said::toString);
        continue;
      }
      Process process =
          new ProcessBuilder(
                  Cli.process(
                      List.of(),
                      "predict",
                      "--model",
                      dir.resolve("model.ckpt"),
                      "--input",
                      "-",
                      "--output",
                      "-"))
              .redirectInput(in)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(2, process.waitFor(), err);
      assertTrue(err.contains("standard input: "), err);
    }
  }

  private static int streamed(Writer out, StringWriter err, Tensor frames) throws IOException {
    NpyWriter.write(dir.resolve("video.npy"), frames);
    return streamed(out, err, dir.resolve("video.npy"));
  }

  private static int streamed(Writer out, StringWriter err, Path frames) throws IOException {
    InputStream before = System.in;
    try (InputStream in = Files.newInputStream(frames)) {
      System.setIn(in);
      String model = dir.resolve("model.ckpt").toString();
      return Main.run(
          new PrintWriter(out),
          new PrintWriter(err, true),
          List.of(
                  "predict",
                  "--model",
                  model,
                  "--input",
                  "-",
                  "--output",
                  "-",
                  "--backend",
                  "reference")
              .toArray(String[]::new));
    } finally {
      System.setIn(before);
    }
  }

  /** After its last frame the numbers are those of the whole video. */
  @Test
  void streamedScoresAreThoseOfTheVideo() throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(0, streamed(out, err, SmallModels.random(3, 4, 5, 6, 1)), err::toString);
    Path whole = dir.resolve("whole.csv");
    Cli.good(
        "predict",
        "--model",
        dir.resolve("model.ckpt"),
        "--input",
        dir.resolve("video.npy"),
        "--output",
        whole,
        "--backend",
        "reference");
    // This model says one thing of all frames so far.
    String expected = Files.readAllLines(whole).get(1);
    List<String> rows = out.toString().lines().toList();
    assertEquals(5, rows.size());
    assertEquals(numbers(expected), numbers(rows.get(4)));
    assertNotEquals(numbers(expected), numbers(rows.get(3)));
  }

  private static String numbers(String row) {
    return row.substring(row.indexOf(','));
  }

  @Test
  void aClosedOutputEndsAStream() throws IOException {
    Writer closed =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    StringWriter err = new StringWriter();
    assertEquals(1, streamed(closed, err, SmallModels.random(3, 4, 5, 6, 1)), err::toString);
    assertTrue(err.toString().contains("standard output: cannot be written to"), err::toString);
  }

  @Test
  void aStreamOfNoNumbersIsRefused() throws IOException {
    Tensor frames = SmallModels.random(3, 4, 5, 6, 1);
    frames.set(2 * 30, Double.NaN);
    StringWriter err = new StringWriter();
    assertEquals(2, streamed(new StringWriter(), err, frames), err::toString);
    assertTrue(err.toString().contains("a NaN or an infinity from frame 2 on"), err::toString);
  }
}
