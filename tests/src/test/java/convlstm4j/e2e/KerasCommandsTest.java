package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keras's files through the commands. */
class KerasCommandsTest {
  @TempDir Path dir;

  @BeforeEach
  void prepare() {
    SmallModels.writeArrays(dir);
  }

  private Object[] words(String call) {
    return Stream.of(call.split(" ")).map(w -> w.replace("@", dir + "/")).toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  private void save(Model model, String name) {
    try (model) {
      Checkpoint.save(model, dir.resolve(name));
    }
  }

  private float[] numbers(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32).floats();
  }

  static Stream<Named<Supplier<Model>>> models() {
    return Stream.of(
        Named.of("forecast", SmallModels::forecast),
        Named.of("twins", SmallModels::twins),
        Named.of("nested", SmallModels::nested));
  }

  @ParameterizedTest
  @MethodSource("models")
  void convertedThereAndBackIsTheSameModel(Supplier<Model> kind) {
    save(kind.get(), "m.ckpt");
    Cli cli = good("convert --model @m.ckpt --output @m.h5");
    assertTrue(
        cli.out().matches("\\S+/m.h5: \\d+ layers, \\d+ weights of \\d+ numbers\\R"), cli.out());
    good("convert --model @m.h5 --output @m.keras");
    good("convert --model @m.keras --output @back.ckpt");
    try (Model first = Checkpoint.load(dir.resolve("m.ckpt"), m -> m.backend("reference"));
        Model last = Checkpoint.load(dir.resolve("back.ckpt"), m -> m.backend("reference"))) {
      Map<String, Tensor> expected = first.weights();
      Map<String, Tensor> actual = last.weights();
      assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
      expected.forEach((n, w) -> assertArrayEquals(w.floats(), actual.get(n).floats(), n));
      assertEquals(
          Architecture.toJson(first.network(), "m"), Architecture.toJson(last.network(), "m"));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void filesOfAllKindsPredictAlike(Supplier<Model> kind) {
    save(kind.get(), "m.ckpt");
    boolean twins = Checkpoint.load(dir.resolve("m.ckpt")).network().inputs().size() == 2;
    String inputs = twins ? "left=@left.npy --input right=@right.npy" : "@x.npy";
    String output = twins ? "" : ".npy";
    for (String ending : List.of("ckpt", "h5", "keras")) {
      if (!ending.equals("ckpt")) {
        good("convert --model @m.ckpt --output @m." + ending);
      }
      good(
          "predict --backend reference --model @m."
              + ending
              + " --output @"
              + ending
              + output
              + " --input "
              + inputs);
    }
    for (String file : twins ? List.of("/sum.npy", "/kind.npy") : List.of(".npy")) {
      assertTrue(numbers("ckpt" + file).length > 0);
      assertArrayEquals(numbers("ckpt" + file), numbers("h5" + file));
      assertArrayEquals(numbers("ckpt" + file), numbers("keras" + file));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void trainsFromAndIntoFilesOfKeras(Supplier<Model> kind) {
    save(kind.get(), "m.ckpt");
    good("convert --model @m.ckpt --output @m.h5");
    boolean twins = Checkpoint.load(dir.resolve("m.ckpt")).network().inputs().size() == 2;
    String train =
        "train --backend reference --loss mse --epochs 2 --shuffle false "
            + (twins
                ? "--x left=@left.npy --x right=@right.npy --y sum=@sum.npy --y kind=@kind.npy"
                : "--x @x.npy --y @y.npy");
    good(train + " --model @m.ckpt --output @t.ckpt");
    good(train + " --model @m.h5 --output @t.keras");
    good(train + " --model @m.ckpt --output @t.h5");
    try (Model expected = Checkpoint.load(dir.resolve("t.ckpt"));
        Model keras = KerasModels.load(dir.resolve("t.keras"));
        Model h5 = KerasModels.load(dir.resolve("t.h5"))) {
      for (Model actual : List.of(keras, h5)) {
        assertEquals(
            List.copyOf(expected.weights().keySet()), List.copyOf(actual.weights().keySet()));
        expected
            .weights()
            .forEach((n, w) -> assertArrayEquals(w.floats(), actual.weights().get(n).floats(), n));
      }
    }
  }

  @Test
  void weightsGoIntoAnArchitecture() throws IOException {
    save(SmallModels.forecast(), "m.ckpt");
    good("convert --model @m.ckpt --output @m.h5");
    try (Model model = SmallModels.forecast()) {
      Files.writeString(dir.resolve("m.json"), Architecture.toJson(model.network()));
    }
    // Without this name there is no architecture in the file: as Keras's save_weights writes it.
    String bytes = Files.readString(dir.resolve("m.h5"), StandardCharsets.ISO_8859_1);
    assertTrue(bytes.contains("model_config"));
    Files.writeString(
        dir.resolve("w.h5"),
        bytes.replace("model_config", "model_forgot"),
        StandardCharsets.ISO_8859_1);
    refused(
        "predict --model @w.h5 --input @x.npy --output @a.npy",
        "w.h5: holds weights only, no model; convert --model ARCHITECTURE.json --weights @w.h5");
    good("convert --model @m.json --weights @w.h5 --output @built.ckpt");
    good("predict --model @m.ckpt --input @x.npy --output @a.npy");
    good("predict --model @built.ckpt --input @x.npy --output @b.npy");
    assertArrayEquals(numbers("a.npy"), numbers("b.npy"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void writesTheArchitectureAlone(Supplier<Model> kind) throws IOException {
    save(kind.get(), "m.ckpt");
    String out = good("convert --model @m.ckpt --output @m.json").out();
    assertTrue(out.contains("m.json: ") && out.contains("the architecture alone"), out);
    assertTrue(good("inspect @m.json").out().contains("architecture in Keras's JSON"), out);
    good("convert --model @m.json --output @again.json");
    assertEquals(-1, Files.mismatch(dir.resolve("m.json"), dir.resolve("again.json")));
    good("convert --model @m.ckpt --output @m.h5");
    good("convert --model @m.json --weights @m.h5 --output @built.ckpt");
    try (Model first = Checkpoint.load(dir.resolve("m.ckpt"), m -> m.backend("reference"));
        Model last = Checkpoint.load(dir.resolve("built.ckpt"), m -> m.backend("reference"))) {
      Map<String, Tensor> actual = last.weights();
      first.weights().forEach((n, w) -> assertArrayEquals(w.floats(), actual.get(n).floats(), n));
    }
  }

  /** A layer of a kind that there is not here. */
  @Test
  void leavesOutWhatIsNamed() throws IOException {
    Symbol x = Input.shape(4);
    Symbol y = new Dropout(0.5).named("noise").apply(new convlstm4j.layer.Dense(3).apply(x));
    save(Model.of(x, y).backend("reference"), "m.ckpt");
    good("convert --model @m.ckpt --output @m.keras");
    replaceInConfig("\"Dropout\"", "\"RandomRotation\"");
    Cli refused = Cli.run(words("convert --model @m.keras --output @out.ckpt"));
    assertEquals(2, refused.code(), refused::toString);
    assertEquals(1, refused.errLines().size(), refused::toString);
    assertTrue(
        refused.err().contains("layer \"noise\" is of the kind RandomRotation"), refused.err());
    Cli taken = good("convert --model @m.keras --output @out.ckpt --skip-layer noise");
    assertTrue(taken.err().contains("left out: "), taken.err());
    try (Model model = Checkpoint.load(dir.resolve("out.ckpt"))) {
      assertEquals(List.of("dense/kernel", "dense/bias"), List.copyOf(model.weights().keySet()));
    }
  }

  private void replaceInConfig(String what, String by) throws IOException {
    Path file = dir.resolve("m.keras");
    Path changed = dir.resolve("changed.keras");
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream from = new ZipInputStream(in);
        OutputStream out = Files.newOutputStream(changed);
        ZipOutputStream to = new ZipOutputStream(out)) {
      to.setLevel(Deflater.NO_COMPRESSION); // as Keras does
      for (ZipEntry e = from.getNextEntry(); e != null; e = from.getNextEntry()) {
        byte[] bytes = from.readAllBytes();
        if (e.getName().equals("config.json")) {
          String text = new String(bytes, StandardCharsets.UTF_8);
          assertTrue(text.contains(what), text);
          bytes = text.replace(what, by).getBytes(StandardCharsets.UTF_8);
        }
        to.putNextEntry(new ZipEntry(e.getName()));
        to.write(bytes);
        to.closeEntry();
      }
    }
    Files.move(changed, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  /** What Keras has not is found out before the work. */
  @Test
  void trainingDoesNotBeginIfItsResultCannotBeSaved() throws IOException {
    Symbol x = Input.named("frames", 4, 5, 6, 1);
    Symbol y = new ConvLSTM2D(1, 3).peephole(true).named("peeping").apply(x);
    y = new convlstm4j.layer.Dense(2).apply(new convlstm4j.layer.Flatten().apply(y));
    save(Model.of(x, y).backend("reference"), "m.ckpt");
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli =
        Cli.run(words("train --model @m.ckpt --x @x.npy --y @y.npy --loss mse --output @t.h5"));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    assertTrue(cli.err().contains("t.h5: cannot be saved: "), cli.err());
    assertTrue(cli.err().contains("peep"), cli.err());
    assertEquals(before, Cli.contents(dir));
  }

  @Test
  void refused() throws IOException {
    save(SmallModels.forecast(), "m.ckpt");
    Files.write(dir.resolve("cut.h5"), new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10, 26, 10, 0});
    Files.write(dir.resolve("cut.keras"), new byte[] {'P', 'K', 3, 4, 0, 0});
    Map<String, Integer> before = Cli.contents(dir);
    refused("convert --model @cut.h5 --output @o.ckpt", "cut.h5: ");
    refused("convert --model @cut.keras --output @o.ckpt", "cut.keras: ");
    refused("predict --model @cut.h5 --input @x.npy --output @o.npy", "cut.h5: ");
    refused("convert --model @absent.h5 --output @o.ckpt", "absent.h5: there is no such file");
    refused("convert --model @m.ckpt --output @no/o.h5", "--output @no/o.h5: there is no folder");
    for (String ending : List.of("", ".onnx", ".kears", ".hdf5", ".weights.h5", ".CKPT")) {
      String rule = ": its ending says what is written, expected .ckpt (a checkpoint), .h5";
      refused("convert --model @m.ckpt --output @o" + ending, "--output @o" + ending + rule);
      refused(
          "train --model @m.ckpt --x @x.npy --y @y.npy --loss mse --output @o" + ending,
          "--output @o" + ending + rule);
    }
    refused(
        "train --model @m.ckpt --x @x.npy --y @y.npy --loss mse --output @o.json",
        "--output @o.json: its ending says what is written");
    assertEquals(before, Cli.contents(dir));
  }

  private void refused(String call, String words) {
    Cli cli = Cli.run(words(call));
    assertEquals(2, cli.code(), cli::toString);
    assertEquals(1, cli.errLines().size(), cli::toString);
    String line = cli.err().strip();
    assertTrue(line.startsWith("convlstm4j: ") && !line.contains("unexpected"), line);
    assertTrue(line.contains(words.replace("@", dir + "/")), line);
  }

  /** So that the nested model of these tests is one with normalisation of steps. */
  @Test
  void theNestedModelIsInsideAWrapper() {
    try (Model model = SmallModels.nested()) {
      assertTrue(model.network().layer("eyes") instanceof TimeDistributed);
      assertEquals("eyes/eye/seen/kernel", List.copyOf(model.weights().keySet()).get(0));
    }
  }
}
