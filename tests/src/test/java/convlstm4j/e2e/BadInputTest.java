package convlstm4j.e2e;

import static convlstm4j.e2e.WrongCall.call;
import static convlstm4j.e2e.WrongCall.inDir;
import static convlstm4j.e2e.WrongCall.spoilt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong calls and input: exit code 2, one line on stderr that names what is wrong, no stack trace,
 * and every file as it was.
 */
class BadInputTest {
  @TempDir static Path shared;
  private static Path checkpoint;

  @TempDir Path dir;

  @BeforeAll
  static void trainOnce() throws IOException {
    checkpoint = shared.resolve("good.ckpt");
    Path data = TinyFolder.write(shared.resolve("data"));
    Cli.good("train", "--data", data, "--output", checkpoint, "--epochs", 1, "--filters", 2);
  }

  static Stream<Named<WrongCall>> folders() {
    String train = "train --data data --output out.ckpt --filters 2";
    return Stream.of(
        call("train --data absent --output out.ckpt", "absent: there is no such folder"),
        call("train --data good.ckpt --output out.ckpt", "is a file, expected a folder"),
        call("evaluate --model good.ckpt --data absent", "absent: there is no such folder"),
        spoilt(
            "empty folder", BadInputTest::empty, train, "data: is empty", "such as trailer_0.npy"),
        spoilt(
            "no video in it",
            data -> {
              empty(data);
              Files.writeString(data.resolve("video.txt"), "x");
            },
            train,
            "1 files, none of them a video"),
        call(train + " --ids 0-9", "there is no video 4; the ids there are 0-3"),
        call(train + " --ids first", "there is no video first; the ids there are 0-3"),
        call(train + " --ids 3-1", "ids \"3-1\"", "something like 0-9,12"),
        call(train + " --validation 7", "there is no video 7"),
        call(train + " --validation 0-3", "--validation 0-3", "leaves no video to train on"),
        spoilt(
            "file cut",
            data -> cut(data.resolve("trailer_1.npy"), 500),
            train,
            "trailer_1.npy: cut: has 500 bytes, expected 1280"),
        spoilt(
            "header damaged",
            data -> overwrite(data.resolve("trailer_1.npy"), 20, "!"),
            train,
            "trailer_1.npy: damaged header, character 10"),
        spoilt(
            "no npy file",
            data -> Files.writeString(data.resolve("trailer_1.npy"), "hello"),
            train,
            "trailer_1.npy: is no npy file"),
        spoilt(
            "complex numbers",
            data -> overwrite(data.resolve("trailer_1.npy"), 21, "<c8"),
            train,
            "trailer_1.npy",
            "'<c8'",
            "is not supported",
            "astype"),
        spoilt(
            "other channels in one",
            data -> TinyFolder.trailer(data, 1, 6, 4, 8),
            train,
            "trailer_1.npy: frames of shape [4, 8, 8], expected [3, 8, 8] as in trailer_0.npy"),
        spoilt(
            "other channels than the model",
            BadInputTest::oneChannel,
            train + " --model good.ckpt --epochs 2",
            "trailer_0.npy",
            "[1, 6, 1, 8, 8]",
            "expected [None, None, 3, 8, 8]"),
        spoilt(
            "other channels at evaluation",
            BadInputTest::oneChannel,
            "evaluate --model good.ckpt --data data",
            "trailer_0.npy",
            "[1, 6, 1, 8, 8]",
            "expected [None, None, 3, 8, 8]"),
        spoilt(
            "no frames axis",
            data ->
                NpyWriter.write(data.resolve("trailer_1.npy"), new byte[192], Shape.of(3, 8, 8)),
            train,
            "trailer_1.npy: array of shape [3, 8, 8], expected [T, C, H, W]"),
        spoilt("NaN", BadInputTest::nan, train, "trailer_1.npy: NaN in frame 3"),
        spoilt(
            "NaN at evaluation",
            BadInputTest::nan,
            "evaluate --model good.ckpt --data data",
            "trailer_1.npy: NaN in frame 3"),
        spoilt(
            "labels of another length",
            data -> TinyFolder.labels(data, 1, 5, 2),
            train,
            "labels_1.npy: labels of shape [5, 2], expected [6, 2]"),
        spoilt(
            "labels of one absent",
            data -> Files.delete(data.resolve("labels_1.npy")),
            train,
            "labels_1.npy: there is no such file"),
        spoilt("no labels", BadInputTest::noLabels, train, "data: has no labels, expected"),
        spoilt(
            "labels of other genres",
            data -> Files.write(data.resolve("genres.txt"), List.of("drama", "action")),
            "evaluate --model good.ckpt --data data",
            "no labels for the output \"comedy\"",
            "[drama, action]"),
        call(train + " --window 7", "no video has 7 frames, the longest has 6"),
        spoilt(
            "step too large for the memory",
            data -> {
              // Too large frame by frame, too; long rather than many filters, whose weights take
              // long.
              NpyWriter.write(
                  data.resolve("trailer_0.npy"),
                  new byte[12 * 3 * 300 * 300],
                  Shape.of(12, 3, 300, 300));
              TinyFolder.labels(data, 0, 12, 2);
            },
            "train --data data --output out.ckpt --filters 64 --ids 0 --memory 300m",
            "a step on inputs of shape [[1, 12, 3, 300, 300]] needs",
            "GiB",
            "fewer frames"));
  }

  static Stream<Named<WrongCall>> calls() {
    String train = "train --data data --output out.ckpt --filters 2";
    return Stream.of(
        call("trian --data data", "'trian'", "did you mean man or plan or train?"),
        call("train", "--output=OUT", "see convlstm4j train --help"),
        call(
            "train --output out.ckpt", "--x=X.npy", "--data=FOLDER", "see convlstm4j train --help"),
        call(train + " --epcohs 3", "'--epcohs'", "--epochs"),
        call(train + " --epochs many", "--epochs", "'many'"),
        call(train + " --epochs 0", "--epochs 0, must be at least 1"),
        call(train + " --window 0", "window of 0, must be at least 1"),
        call(train + " --batch-size 0", "batch of 0, must be at least 1"),
        call("train --data data --output out.ckpt --filters 0", "filters=0, must be >= 1"),
        call(train + " --learning-rate -1", "learning_rate=-1.0, must be finite"),
        call(train + " --backend tpu", "backend tpu is not there; expected auto or one of"),
        call(train + " --log absent/log.csv", "--log absent/log.csv: there is no folder"),
        call(train + " --model good.ckpt --epochs 1", "--epochs 1: good.ckpt has done 1 already"),
        call("train --data data --output absent/out", "--output absent/out: there is no folder"),
        call("train --data data --output data", "--output data: is a folder, expected a file"),
        call("train --data data --output pipe", "--output pipe: is a device or a pipe"),
        call(
            "train --data data --output out.ckpt --filters 100000",
            "the model's weights need 6258.5",
            "GiB",
            "fewer filters"),
        call(
            "train --data data --output out.ckpt --filters 1000000000",
            "--filters 1000000000, must be at most 268435455"),
        call(
            "train --data data --output out.ckpt --filters 268435455",
            "kernel of shape [",
            "has more than 1099511627776 numbers",
            "fewer filters"),
        call("demo --output good.ckpt", "--output good.ckpt", "is a file, expected a folder"),
        call("demo --seed one", "--seed", "'one'"),
        call("summary", "FILE"));
  }

  static Stream<Named<WrongCall>> models() {
    String train = "train --data data --output out.ckpt --model ";
    return Stream.of(
        call("summary absent", "absent: there is no such file"),
        call("summary data", "data: is a folder, expected a checkpoint"),
        call("summary data/trailer_0.npy", "is no checkpoint: byte 0"),
        call("summary empty", "empty: is empty, expected a checkpoint"),
        call("summary cut.ckpt", "cut.ckpt: has 3000 bytes, expected", "cut or damaged"),
        call("summary flipped.ckpt", "flipped.ckpt: damaged, bytes", "checksum of slot"),
        call("summary newer.ckpt", "newer.ckpt: is a checkpoint of format version 2, expected 1"),
        call("evaluate --model flipped.ckpt --data data", "checksum of slot"),
        call(
            "predict --model cut.ckpt --input data/trailer_0.npy --output out.npy",
            "has 3000 bytes"),
        call(train + "newer.ckpt", "format version 2"),
        call(train + "open.json", "open.json: model JSON: Unexpected end-of-input"),
        call("summary open.json", "open.json: model JSON: Unexpected end-of-input"),
        call("summary alien.json", "alien.json: model JSON", "class_name"),
        call("evaluate --model open.json --data data", "without weights; expected a checkpoint"));
  }

  static Stream<Named<WrongCall>> videos() {
    String predict = "predict --model good.ckpt --output out.npy --input ";
    String one = predict + "data/trailer_1.npy";
    return Stream.of(
        call(predict + "absent.npy", "absent.npy: there is no such file"),
        call(predict + "data", "out.npy: 4 videos cannot be written to one file; expected {}"),
        call(
            predict + "data/labels_0.npy",
            "labels_0.npy: input \"video\" has shape [6, 2], expected"),
        spoilt(
            "another number of channels",
            data -> TinyFolder.trailer(data, 1, 6, 4, 8),
            one,
            "trailer_1.npy",
            "[6, 4, 8, 8], expected [None, None, 3, 8, 8]"),
        spoilt(
            "another size",
            data -> TinyFolder.trailer(data, 1, 6, 3, 10),
            one,
            "trailer_1.npy",
            "[6, 3, 10, 10], expected [None, None, 3, 8, 8]"),
        spoilt("cut video", data -> cut(data.resolve("trailer_1.npy"), 500), one, "cut: has 500"),
        spoilt("NaN in a video", BadInputTest::nan, one, "trailer_1.npy: holds a NaN"),
        call(
            "predict --model good.ckpt --input data/trailer_0.npy --output absent/s.npy",
            "--output absent/s.npy: there is no folder"),
        call(
            "predict --model good.ckpt --input data/trailer_0.npy --output pipe",
            "--output pipe: is a device or a pipe"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"folders", "calls", "models", "videos"})
  void saysWhatIsWrongInOneLine(WrongCall c) throws IOException {
    prepare();
    c.check(dir);
  }

  @Test
  void verboseShowsWhere() throws IOException {
    prepare();
    Cli cli = Cli.run("evaluate", "--verbose", "--model", checkpoint, "--data", dir.resolve("no"));
    assertEquals(2, cli.code());
    assertTrue(cli.errLines().get(0).contains("no: there is no such folder"), cli::toString);
    assertTrue(cli.err().contains("\tat convlstm4j.data.folder."), cli::toString);
  }

  @Test
  void updateThatOverflowsStopsTrainingAndKeepsTheCheckpoint() throws IOException {
    prepare();
    stops(
        "train --data data --output good.ckpt --model good.ckpt --epochs 3 --learning-rate 1e300",
        "step \\d+, batch \"trailer_\\d.*\": weight .* after an update with learning rate 1\\.0E300"
            + " is NaN or infinite; the model is as before\\. "
            + "A lower learning rate or clipNorm may help");
  }

  /** The loss itself is infinite: (1e38 - y)^2. */
  @Test
  void lossThatIsInfiniteStopsTrainingAndKeepsTheCheckpoint() throws IOException {
    prepare();
    dense(1e38f, 1);
    stops(
        "train --model dense.ckpt --x x.npy --y y.npy --loss mse --output dense.ckpt",
        "step \\d+, batch \".*\": the loss of output \"score\" is NaN or infinite; the model is as"
            + " before\\. A lower learning rate or clipNorm may help");
  }

  /** The loss is of inf - inf, and the layer is named that gave it. */
  @Test
  void lossThatIsNoNumberStopsTrainingAndKeepsTheCheckpoint() throws IOException {
    prepare();
    dense(1e38f, 100);
    stops(
        "train --model dense.ckpt --x x.npy --y y.npy --loss mae --output dense.ckpt",
        "step \\d+, batch \".*\": the loss of output \"score\", first the output of layer \"score\","
            + " is NaN or infinite; the model is as before\\. "
            + "A lower learning rate or clipNorm may help");
  }

  /** Fails unless a training ends with this line, and all files are as they were. */
  private void stops(String call, String line) throws IOException {
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run((Object[]) inDir(dir, call));
    assertEquals(1, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.errLines().get(0).matches("convlstm4j: " + line), cli::toString);
    assertEquals(before, Cli.contents(dir), "files changed");
  }

  /** A layer whose weights are w and -w, and inputs of one size. */
  private void dense(float size, float w) {
    Symbol x = Input.named("x", 2);
    try (Model model =
        Model.of(x, new Dense(1).useBias(false).named("score").apply(x)).backend("reference")) {
      model.setWeights(List.of(Tensor.of(new float[] {w, w == 1 ? 0 : -w}, 2, 1)));
      Checkpoint.save(model, dir.resolve("dense.ckpt"));
    }
    NpyWriter.write(dir.resolve("x.npy"), Tensor.of(new float[] {size, size}, 1, 2));
    NpyWriter.write(dir.resolve("y.npy"), Tensor.of(new float[] {0}, 1, 1));
  }

  /** A good folder, a good checkpoint and what bad files are made of it. */
  private void prepare() throws IOException {
    TinyFolder.write(dir.resolve("data"));
    byte[] good = Files.readAllBytes(checkpoint);
    Files.write(dir.resolve("good.ckpt"), good);
    Files.write(dir.resolve("cut.ckpt"), Arrays.copyOf(good, 3000));
    byte[] flipped = good.clone();
    flipped[good.length - 100] ^= 1;
    Files.write(dir.resolve("flipped.ckpt"), flipped);
    byte[] newer = good.clone();
    ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 2);
    Files.write(dir.resolve("newer.ckpt"), newer);
    Files.createFile(dir.resolve("empty"));
    Files.writeString(dir.resolve("open.json"), "{\"class_name\": \"Sequential\"");
    Files.writeString(dir.resolve("alien.json"), "{\"layers\": []}");
    Process mkfifo = new ProcessBuilder("mkfifo", dir.resolve("pipe").toString()).start();
    assertEquals(0, mkfifo.onExit().join().exitValue());
  }

  private static void empty(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void noLabels(Path data) throws IOException {
    for (int id = 0; id < TinyFolder.TRAILERS; id++) {
      Files.delete(data.resolve("labels_" + id + ".npy"));
    }
  }

  private static void oneChannel(Path data) {
    for (int id = 0; id < TinyFolder.TRAILERS; id++) {
      TinyFolder.trailer(data, id, TinyFolder.FRAMES, 1, 8);
    }
  }

  private static void nan(Path data) {
    float[] pixels = new float[6 * 3 * 8 * 8];
    pixels[3 * 3 * 8 * 8 + 70] = Float.NaN;
    NpyWriter.write(data.resolve("trailer_1.npy"), Tensor.of(pixels, 6, 3, 8, 8));
  }

  private static void cut(Path file, int bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }

  private static void overwrite(Path file, int at, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), at);
    }
  }
}
