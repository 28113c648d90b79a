package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on arrays do what the library does on the same arrays. */
class ArrayCommandsTest {
  @TempDir Path dir;
  private Path forecast;
  private Path twins;

  @BeforeEach
  void prepare() {
    forecast = dir.resolve("forecast.ckpt");
    twins = dir.resolve("twins.ckpt");
    SmallModels.writeArrays(dir);
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, forecast);
      Checkpoint.save(two, twins);
    }
  }

  private Tensor read(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32);
  }

  private static Model load(Path path) {
    return Checkpoint.load(path, m -> m.backend("reference"));
  }

  /** Words of a call, of which {@code @name} is a file of the folder. */
  private Object[] words(String call) {
    return Stream.of(call.split(" ")).map(w -> w.replace("@", dir + "/")).toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call + " --backend reference"));
  }

  @Test
  void predictsInBatches() {
    Cli cli = good("predict --model @forecast.ckpt --input @x.npy --output @p.npy --batch-size 3");
    assertEquals(dir.resolve("p.npy").toString(), cli.out().strip());
    try (Model model = load(forecast)) {
      Tensor expected = model.predict(read("x.npy")).get(0);
      assertEquals(Shape.of(SmallModels.SAMPLES, 2), expected.shape());
      assertArrayEquals(expected.floats(), read("p.npy").floats());
    }
    good("predict --model @forecast.ckpt --input frames=@x.npy --output @q.npy");
    assertArrayEquals(read("p.npy").floats(), read("q.npy").floats());
  }

  @Test
  void severalOutputsGoIntoAFolder() {
    Cli cli =
        good(
            "predict --model @twins.ckpt --input right=@right.npy --input left=@left.npy --output"
                + " @new/outputs --batch-size 4");
    assertEquals(
        List.of(dir.resolve("new/outputs/sum.npy"), dir.resolve("new/outputs/kind.npy")),
        cli.out().lines().map(Path::of).toList());
    try (Model model = load(twins)) {
      List<Tensor> expected = model.predict(read("left.npy"), read("right.npy"));
      assertArrayEquals(expected.get(0).floats(), read("new/outputs/sum.npy").floats());
      assertArrayEquals(expected.get(1).floats(), read("new/outputs/kind.npy").floats());
    }
  }

  @Test
  void bytesAreThemselvesOrPixels() {
    byte[] pixels = new byte[2 * 4 * 5 * 6];
    Arrays.fill(pixels, (byte) 255);
    NpyWriter.write(dir.resolve("bytes.npy"), pixels, Shape.of(2, 4, 5, 6, 1));
    good("predict --model @forecast.ckpt --input @bytes.npy --output @a.npy");
    good("predict --model @forecast.ckpt --input @bytes.npy --output @b.npy --unit-range");
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, 4, 5, 6, 1));
    try (Model model = load(forecast)) {
      for (Map.Entry<String, Float> e : Map.of("a.npy", 255f, "b.npy", 1f).entrySet()) {
        Arrays.fill(x.floats(), e.getValue());
        assertArrayEquals(model.predict(x).get(0).floats(), read(e.getKey()).floats(), e.getKey());
      }
    }
  }

  @Test
  void trainsAsTheLibraryDoes() throws IOException {
    Cli cli =
        good(
            "train --model @forecast.ckpt --x @x.npy --y @y.npy --loss mse --optimizer sgd"
                + " --learning-rate 0.03 --momentum 0.9 --nesterov=true --epochs 2 --batch-size 4"
                + " --shuffle true --output @trained.ckpt");
    assertTrue(cli.err().contains("done: 2 epochs, saved to "), cli::toString);
    Path expected = dir.resolve("expected.ckpt");
    try (Model model = load(forecast)) {
      model.compile(
          Compile.with(new SGD(0.03).momentum(0.9).nesterov(true)).loss(Loss.meanSquaredError()));
      model.fit(
          InMemoryDataset.of(read("x.npy"), read("y.npy")).batch(4).shuffle(4), Fit.epochs(2));
      Checkpoint.save(model, expected);
    }
    assertEquals(-1, Files.mismatch(expected, dir.resolve("trained.ckpt")));
  }

  @Test
  void weightsLossesByName() throws IOException {
    good(
        "train --model @twins.ckpt --x left=@left.npy --x right=@right.npy --y sum=@sum.npy --y"
            + " kind=@kind.npy --loss sum=mae --loss kind=categorical_crossentropy --loss-weight"
            + " kind=0.5 --optimizer rmsprop --epochs 1 --shuffle false --output @trained.ckpt");
    Path expected = dir.resolve("expected.ckpt");
    try (Model model = load(twins)) {
      model.compile(
          Compile.with(new RMSprop())
              .loss("sum", Loss.meanAbsoluteError())
              .loss("kind", Loss.categoricalCrossentropy())
              .lossWeight("kind", 0.5));
      model.fit(
          InMemoryDataset.of(
              List.of(read("left.npy"), read("right.npy")),
              List.of(read("sum.npy"), read("kind.npy"))),
          Fit.epochs(1));
      Checkpoint.save(model, expected);
    }
    assertEquals(-1, Files.mismatch(expected, dir.resolve("trained.ckpt")));
  }

  @Test
  void anOutputWithoutLossNeedsNoTargets() {
    good(
        "train --model @twins.ckpt --x left=@left.npy --x right=@right.npy --y sum=@sum.npy"
            + " --loss sum=mse --epochs 1 --output @trained.ckpt");
    try (Model before = load(twins);
        Model after = load(dir.resolve("trained.ckpt"))) {
      for (String name : before.weights().keySet()) {
        assertEquals(
            name.startsWith("kind/"),
            Arrays.equals(before.weights().get(name).floats(), after.weights().get(name).floats()),
            name);
      }
    }
  }

  @Test
  void goesOnBitForBit() throws IOException {
    String train = "train --x @x.npy --y @y.npy --batch-size 4 ";
    good(train + "--model @forecast.ckpt --loss mae --epochs 3 --output @whole.ckpt");
    good(train + "--model @forecast.ckpt --loss mae --epochs 1 --output @part.ckpt");
    assertNotEquals(-1, Files.mismatch(dir.resolve("whole.ckpt"), dir.resolve("part.ckpt")));
    good(train + "--model @part.ckpt --epochs 3 --output @part.ckpt");
    assertEquals(-1, Files.mismatch(dir.resolve("whole.ckpt"), dir.resolve("part.ckpt")));
  }

  @Test
  void anotherOptimizerKeepsTheLosses() {
    String train = "train --x @x.npy --y @y.npy --epochs 1 --output @t.ckpt ";
    good(train + "--model @forecast.ckpt --loss mae");
    good(train + "--overwrite --model @t.ckpt --optimizer sgd --learning-rate 0.5");
    try (Model model = load(dir.resolve("t.ckpt"))) {
      Map<String, Object> compile = model.compilation().orElseThrow().config();
      assertTrue(compile.toString().contains("mean_absolute_error"), compile::toString);
      assertTrue(compile.get("optimizer").toString().contains("SGD"), compile::toString);
      assertEquals(0.5, model.learningRate());
      assertEquals(1, model.progress().epoch());
    }
  }

  @Test
  void evaluates() {
    good(
        "train --model @forecast.ckpt --x @x.npy --y @y.npy --loss mse --epochs 1 --output"
            + " @t.ckpt");
    String out = good("evaluate --model @t.ckpt --x @x.npy --y @y.npy --batch-size 3").out();
    try (Model model = load(dir.resolve("t.ckpt"))) {
      double loss =
          model.evaluate(InMemoryDataset.of(read("x.npy"), read("y.npy")).batch(3)).get("loss");
      assertEquals(
          List.of("             loss", String.format(Locale.ROOT, "numbers    %.4f", loss)),
          out.lines().toList());
    }
  }

  /** 32 MB beside a heap of 24 MB; the zeros take no room on the disk. */
  @Test
  void filesMayBeLargerThanTheHeap() throws Exception {
    int samples = 800;
    int width = 10_000;
    Symbol x = Input.shape(width);
    try (Model model = Model.of(x, new Dense(1).apply(x)).backend("reference")) {
      Checkpoint.save(model, dir.resolve("wide.ckpt"));
    }
    NpyWriter.write(dir.resolve("small.npy"), Tensor.zeros(DType.FLOAT32, Shape.of(samples, 1)));
    NpyWriter.write(dir.resolve("large.npy"), Tensor.zeros(DType.FLOAT32, Shape.of(1, width)));
    try (RandomAccessFile file = new RandomAccessFile(dir.resolve("large.npy").toFile(), "rw")) {
      byte[] header = new byte[128];
      file.readFully(header);
      String text = new String(header, StandardCharsets.ISO_8859_1);
      file.seek(0);
      file.write(
          text.replace("(1, " + width + "), }   ", "(" + samples + ", " + width + "), }")
              .getBytes(StandardCharsets.ISO_8859_1));
      file.setLength(header.length + 4L * samples * width);
    }
    assertEquals(Shape.of(samples, width), NpyFile.open(dir.resolve("large.npy")).shape());
    inProcess(
        "predict --model @wide.ckpt --input @large.npy --output @out.npy --backend reference");
    assertEquals(Shape.of(samples, 1), NpyFile.open(dir.resolve("out.npy")).shape());
    inProcess(
        "train --model @wide.ckpt --x @large.npy --y @small.npy --loss mse --optimizer sgd --epochs"
            + " 1 --output @t.ckpt --backend reference");
  }

  private void inProcess(String call) throws Exception {
    Path output = dir.resolve("output.txt");
    List<String> command = new ArrayList<>(Cli.process(List.of(), words(call)));
    assertTrue(Collections.replaceAll(command, "-Xmx512m", "-Xmx24m"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor();
    assertEquals(0, code, Files.readString(output));
  }

  @Test
  void aBatchSizeOfTheModelsOwnHolds() {
    Symbol x = Input.batchShape(5, 3, 4, 4, 1);
    Model sized = Model.of(x, new ConvLSTM2D(1, 2).stateful(true).apply(x));
    try (Model model = sized.backend("reference")) {
      Checkpoint.save(model, dir.resolve("sized.ckpt"));
      NpyWriter.write(dir.resolve("ten.npy"), SmallModels.random(8, 10, 3, 4, 4, 1));
      NpyWriter.write(dir.resolve("six.npy"), SmallModels.random(8, 6, 3, 4, 4, 1));
      good("predict --model @sized.ckpt --input @ten.npy --output @out.npy");
      Tensor ten = read("ten.npy");
      int half = ten.size() / 2;
      Tensor second = Tensor.of(Arrays.copyOfRange(ten.floats(), half, 2 * half), 5, 3, 4, 4, 1);
      model.predict(Tensor.of(Arrays.copyOf(ten.floats(), half), 5, 3, 4, 4, 1));
      float[] expected = model.predict(second).get(0).floats();
      float[] actual = read("out.npy").floats();
      assertArrayEquals(expected, Arrays.copyOfRange(actual, actual.length / 2, actual.length));
    }
    for (String wrong :
        List.of("@six.npy --output @o.npy", "@ten.npy --output @o.npy --batch-size 2")) {
      Cli cli = Cli.run(words("predict --model @sized.ckpt --input " + wrong));
      assertEquals(2, cli.code(), cli::toString);
      assertTrue(cli.err().contains("the model takes batches of 5 only; got "), cli::toString);
    }
  }

  @Test
  void trainsAnArchitectureFromItsSeed() throws IOException {
    try (Model model = SmallModels.forecast()) {
      Files.writeString(dir.resolve("m.json"), Architecture.toJson(model.network()));
    }
    String train =
        "train --model @m.json --x @x.npy --y @y.npy --loss mse --epochs 1 --seed 4 --output ";
    good(train + "@json.ckpt");
    good(train.replace("m.json", "forecast.ckpt") + "@ckpt.ckpt");
    assertEquals(-1, Files.mismatch(dir.resolve("json.ckpt"), dir.resolve("ckpt.ckpt")));
  }
}
