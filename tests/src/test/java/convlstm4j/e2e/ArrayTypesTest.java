package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arrays of every numeric type go through the commands, and what they are taken as is said. */
class ArrayTypesTest {
  @TempDir Path dir;

  /** A model that gives its ten numbers back. */
  @BeforeEach
  void prepare() {
    Symbol x = Input.named("x", 10);
    try (Model model =
        Model.of(x, new Dense(10).useBias(false).named("y").apply(x)).backend("reference")) {
      Tensor same = Tensor.zeros(DType.FLOAT32, Shape.of(10, 10));
      for (int i = 0; i < 10; i++) {
        same.set(11 * i, 1);
      }
      model.setWeights(List.of(same));
      Checkpoint.save(model, dir.resolve("same.ckpt"));
    }
  }

  /** The files that NumPy made for the tests of reading, [3, 2, 5] as [3, 10]. */
  private Path numpy(String name) throws IOException {
    Path file = dir.resolve(name);
    try (InputStream in =
        Files.newInputStream(
            Path.of("../java/core/src/test/resources/convlstm4j/io/npy").resolve(name))) {
      byte[] bytes = in.readAllBytes();
      String header = new String(bytes, 0, 128, StandardCharsets.ISO_8859_1);
      byte[] flat =
          header.replace("(3, 2, 5), }", "(3, 10), }  ").getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(flat, 0, bytes, 0, flat.length);
      Files.write(file, bytes);
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "le_i2, int16 taken as float32",
    "be_i2, int16 taken as float32",
    "le_i4, int32 taken as float32",
    "be_i8, int64 taken as float32",
    "i1, int8 taken as float32",
    "b1, bool taken as float32",
    "u1, 'uint8 values are taken as they are, 0 to 255; --unit-range divides them by 255, as"
        + " training on a folder of videos does'",
  })
  void predictsOnThem(String name, String said) throws IOException {
    Path x = numpy(name + ".npy");
    Path y = dir.resolve("y.npy");
    Cli cli =
        Cli.good(
            "predict",
            "--model",
            dir.resolve("same.ckpt"),
            "--input",
            x,
            "--output",
            y,
            "--backend",
            "reference");
    assertArrayEquals(
        NpyFile.open(x).read(DType.FLOAT32).floats(), NpyFile.open(y).read(DType.FLOAT32).floats());
    assertEquals(List.of("convlstm4j: " + x + ": " + said), cli.errLines());
  }

  @Test
  void saysOnceWhatItRounds() throws IOException {
    byte[] rows =
        Files.readAllBytes(Path.of("../java/core/src/test/resources/convlstm4j/io/npy/le_u4.npy"));
    String header = new String(rows, 0, 128, StandardCharsets.ISO_8859_1);
    byte[] ten = header.replace("(11,), }  ", "(1, 10), }").getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(ten, 0, rows, 0, ten.length);
    Path x = dir.resolve("x.npy");
    Files.write(x, Arrays.copyOf(rows, rows.length - 4));
    Cli cli =
        Cli.good(
            "predict",
            "--model",
            dir.resolve("same.ckpt"),
            "--input",
            x,
            "--output",
            dir.resolve("y.npy"),
            "--backend",
            "reference");
    assertEquals(
        List.of(
            "convlstm4j: " + x + ": uint32 taken as float32",
            "convlstm4j: " + x + ": holds 16777217, which float32 rounds"),
        cli.errLines());
  }

  /** Class numbers of another type train as those of float32. */
  @Test
  void classNumbersStayExact() throws IOException {
    Symbol x = Input.named("x", 3);
    try (Model model =
        Model.of(x, new Dense(200).named("kind").apply(x)).backend("reference").seed(2)) {
      Checkpoint.save(model, dir.resolve("kinds.ckpt"));
    }
    NpyWriter.write(dir.resolve("x.npy"), SmallModels.random(1, 4, 3));
    NpyWriter.write(dir.resolve("y.npy"), Tensor.of(new float[] {0, 127, 128, 199}, 4));
    NpyWriter.write(dir.resolve("double.npy"), Tensor.of(new double[] {0, 127, 128, 199}, 4));
    for (String y : List.of("y", "double")) {
      Cli cli =
          Cli.good(
              "train",
              "--model",
              dir.resolve("kinds.ckpt"),
              "--x",
              dir.resolve("x.npy"),
              "--y",
              dir.resolve(y + ".npy"),
              "--loss",
              "sparse_categorical_crossentropy",
              "--epochs",
              2,
              "--output",
              dir.resolve(y + ".ckpt"),
              "--backend",
              "reference");
      assertEquals(
          y.equals("double"),
          cli.err().contains("double.npy: float64 taken as float32"),
          cli::toString);
    }
    assertEquals(-1, Files.mismatch(dir.resolve("y.ckpt"), dir.resolve("double.ckpt")));
  }

  @Test
  void videosOfAFolderToo() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    for (int id = 2; id < TinyFolder.TRAILERS; id++) {
      Path video = data.resolve("trailer_" + id + ".npy");
      NpyWriter.write(video, NpyFile.open(video).unitRange().read(DType.FLOAT64));
    }
    Cli cli = Cli.good("train", "--data", data, "--output", dir.resolve("t.ckpt"), "--epochs", 1);
    assertTrue(
        cli.err()
            .contains(
                "convlstm4j: "
                    + data.resolve("trailer_2.npy")
                    + " and 1 more: float64 taken as float32"),
        cli::toString);
    Path video = data.resolve("trailer_3.npy");
    cli =
        Cli.good(
            "predict",
            "--model",
            dir.resolve("t.ckpt"),
            "--input",
            video,
            "--output",
            dir.resolve("scores.npy"));
    assertEquals(List.of("convlstm4j: " + video + ": float64 taken as float32"), cli.errLines());
    Path bytes = TinyFolder.write(dir.resolve("bytes"));
    cli = Cli.good("train", "--data", bytes, "--output", dir.resolve("b.ckpt"), "--epochs", 1);
    assertEquals(-1, cli.err().indexOf("taken as"), cli::toString);
  }
}
