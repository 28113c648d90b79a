package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Compile;
import convlstm4j.model.EarlyStopping;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.ReduceOnPlateau;
import convlstm4j.objective.CategoricalAccuracy;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.objective.MeanSquaredError;
import convlstm4j.optim.Adam;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights, clipping, schedules, validation, stopping: as in Java, and kept in checkpoints. */
class OptionsTest {
  private static final String TWINS =
      "train --model @twins.ckpt --x left=@left.npy --x right=@right.npy --y sum=@sum.npy --y"
          + " kind=@kind.npy --loss sum=mse --loss kind=categorical_crossentropy --batch-size 4 ";
  private static final String FORECAST =
      "train --x @x.npy --y @y.npy --batch-size 4 --output @t.ckpt ";

  @TempDir Path dir;

  @BeforeEach
  void prepare() {
    SmallModels.writeArrays(dir);
    NpyWriter.write(dir.resolve("v.npy"), weights(8, SmallModels.SAMPLES));
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("forecast.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
  }

  private static Tensor weights(long seed, long... dims) {
    Tensor t = SmallModels.random(seed, dims);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, Math.abs(t.get(i)));
    }
    return t;
  }

  private Tensor read(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32);
  }

  private Model load(String name) {
    return Checkpoint.load(dir.resolve(name), m -> m.backend("reference"));
  }

  private Cli good(String call) {
    return Cli.good(
        Stream.of((call + " --backend reference").split(" +"))
            .map(w -> w.replace("@", dir + "/"))
            .toArray());
  }

  private void same(String expected, String got) throws IOException {
    assertEquals(-1, Files.mismatch(dir.resolve(expected), dir.resolve(got)));
  }

  @Test
  void weightsAndMetricsByOutput() throws IOException {
    good(
        TWINS
            + "--sample-weight @w.npy --sample-weight kind=@v.npy --class-weight kind=0=2,2=0.5"
            + " --metrics sum=mae --metrics kind=categorical_accuracy,f1 --clip-value 0.1"
            + " --epochs 2 --output @t.ckpt");
    try (Model model = load("twins.ckpt")) {
      model.compile(
          Compile.with(new Adam().clipValue(0.1))
              .loss("sum", Loss.meanSquaredError())
              .loss("kind", Loss.categoricalCrossentropy())
              .metrics("sum", new MeanAbsoluteError())
              .metrics("kind", new CategoricalAccuracy(), new F1Score()));
      Batch all =
          new Batch(
              List.of(read("left.npy"), read("right.npy")),
              List.of(read("sum.npy"), read("kind.npy")),
              List.of(read("w.npy"), read("v.npy")),
              "all");
      model.fit(
          InMemoryDataset.of(all).batch(4).shuffle(5),
          Fit.epochs(2).classWeights("kind", Map.of(0, 2.0, 2, 0.5)));
      Checkpoint.save(model, dir.resolve("expected.ckpt"));
    }
    same("expected.ckpt", "t.ckpt");
  }

  @Test
  void theLastPartOfTheSamplesIsForValidation() throws IOException {
    good(
        FORECAST
            + "--model @forecast.ckpt --loss mse --validation-split 0.35 --epochs 6 --optimizer sgd"
            + " --learning-rate 0.2 --schedule exponential:3,0.5 --early-stopping :1");
    try (Model model = load("forecast.ckpt")) {
      Tensor x = read("x.npy");
      Tensor y = read("y.npy");
      model.compile(
          Compile.with(new SGD(new Schedule.ExponentialDecay(0.2, 3, 0.5, false)))
              .loss(Loss.meanSquaredError()));
      model.fit(
          InMemoryDataset.of(part(x, 0, 6), part(y, 0, 6)).batch(4).shuffle(4),
          Fit.epochs(6)
              .validation(InMemoryDataset.of(part(x, 6, 10), part(y, 6, 10)).batch(4))
              .callbacks(new EarlyStopping("val_loss").patience(1)));
      Checkpoint.save(model, dir.resolve("expected.ckpt"));
    }
    same("expected.ckpt", "t.ckpt");
  }

  private static Tensor part(Tensor t, int from, int to) {
    int row = t.size() / (int) t.shape().dim(0);
    return Tensor.of(
        Arrays.copyOfRange(t.floats(), from * row, to * row), t.shape().with(0, to - from).dims());
  }

  /** The same command goes on; what callbacks remember and a lowered rate go with the file. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sample-weight @w.npy --clip-norm 0.5 --metrics mae",
        "--schedule cosine:20,alpha=0.1,warmup=2 --optimizer sgd --learning-rate 0.1",
        "--schedule piecewise:4=0.01 --global-clip-norm 1",
        "--optimizer sgd --learning-rate 0.9 --clip-norm 1 --reduce-on-plateau loss:1:0.5",
        "--optimizer sgd --learning-rate 0.9 --clip-norm 1 --validation-x @x.npy --validation-y @y.npy"
            + " --reduce-on-plateau :0:0.5 --early-stopping val_loss:3 --best @best.ckpt"
      })
  void goesOnBitForBit(String options) throws IOException {
    String train = "train --x @x.npy --y @y.npy --batch-size 4 --loss mse " + options;
    good(train + " --model @forecast.ckpt --epochs 6 --output @whole.ckpt");
    good(train + " --model @forecast.ckpt --epochs 1 --output @part.ckpt --overwrite");
    for (int epochs = 2; epochs <= 6; epochs++) {
      try (Model part = load("part.ckpt");
          Model whole = load("whole.ckpt")) {
        if (part.progress().epoch() == whole.progress().epoch()) {
          break; // stopped early
        }
      }
      good(train + " --model @part.ckpt --epochs " + epochs + " --output @part.ckpt");
    }
    same("whole.ckpt", "part.ckpt");
  }

  private void sameWeights(String expected, String got) {
    try (Model a = load(expected);
        Model b = load(got)) {
      a.weights().forEach((n, t) -> assertArrayEquals(t.floats(), b.weights().get(n).floats(), n));
    }
  }

  /** Of a training that gets worse, so that the best epoch is not the last. */
  @Test
  void theFileHasTheBestWeightsWhereAskedFor() {
    String worse =
        FORECAST
            + "--model @forecast.ckpt --loss mse --optimizer sgd --learning-rate 0.9 --clip-norm 1 --epochs 8"
            + " --validation-split 0.3 --best @best.ckpt --early-stopping :2 ";
    good(worse);
    try (Model best = load("best.ckpt");
        Model last = load("t.ckpt")) {
      assertTrue(best.progress().epoch() < last.progress().epoch(), "never got worse");
      assertFalse(
          Arrays.equals(
              best.weights().values().iterator().next().floats(),
              last.weights().values().iterator().next().floats()));
    }
    good(worse + "--restore-best --overwrite");
    sameWeights("best.ckpt", "t.ckpt");
  }

  /** By another number than the one that says when to stop. */
  @Test
  void theBestByOneNumberIsNotTheBestByAnother() {
    String call =
        FORECAST
            + "--model @forecast.ckpt --loss mse --optimizer sgd --learning-rate 0.9 --clip-norm 1 --epochs 8"
            + " --validation-split 0.3 --metrics mae --early-stopping loss:1 --restore-best --best"
            + " @best.ckpt --monitor val_loss --mode max";
    good(call);
    try (Model best = load("best.ckpt");
        Model restored = load("t.ckpt")) {
      assertNotEquals(0, best.progress().epoch());
      assertFalse(
          Arrays.equals(
              best.weights().values().iterator().next().floats(),
              restored.weights().values().iterator().next().floats()));
    }
  }

  @Test
  void lowersTheRateOnAPlateau() throws IOException {
    good(
        FORECAST
            + "--model @forecast.ckpt --loss mse --optimizer sgd --learning-rate 0.9 --clip-norm 1 --epochs 6"
            + " --reduce-on-plateau loss:1:0.5");
    try (Model model = load("forecast.ckpt")) {
      model.compile(Compile.with(new SGD(0.9).clipNorm(1)).loss(Loss.meanSquaredError()));
      model.fit(
          InMemoryDataset.of(read("x.npy"), read("y.npy")).batch(4).shuffle(4),
          Fit.epochs(6).callbacks(new ReduceOnPlateau("loss").patience(1).factor(0.5)));
      assertTrue(model.learningRate() < 0.9, "no plateau");
      Checkpoint.save(model, dir.resolve("expected.ckpt"));
    }
    same("expected.ckpt", "t.ckpt");
  }

  /** Other metrics, clipping or rate are no reason to forget what was done. */
  @Test
  void goesOnWithOtherOptions() {
    good(FORECAST + "--model @forecast.ckpt --loss mse --epochs 2");
    Cli cli =
        good(
            FORECAST
                + "--model @t.ckpt --loss mse --epochs 3 --metrics mae --clip-norm 2"
                + " --learning-rate 0.02");
    assertFalse(cli.err().contains("anew"), cli::toString);
    try (Model model = load("t.ckpt")) {
      assertEquals(3, model.progress().epoch());
      assertEquals(9, model.progress().step());
      assertEquals(0.02, model.learningRate());
      assertFalse(model.snapshot().slots().isEmpty());
    }
    assertTrue(
        good(FORECAST + "--model @t.ckpt --loss mae --epochs 1 --overwrite")
            .err()
            .contains("start anew"));
  }

  @Test
  void aTableInTheEnd() {
    Cli cli =
        good(
            TWINS
                + "--metrics kind=accuracy --epochs 3 --validation-split 0.3 --monitor"
                + " val_kind_accuracy --output @t.ckpt");
    List<String> lines = cli.out().lines().toList();
    assertEquals(
        List.of("loss", "accuracy", "val_loss", "val_accuracy"),
        List.of(lines.get(0).strip().split(" +")));
    assertTrue(lines.get(1).matches("epoch \\d(, last)?, best val_kind_accuracy"), cli::toString);
    for (int i = 1; i < lines.size(); i += 4) {
      assertTrue(lines.get(i).startsWith("epoch "), cli::toString);
      assertTrue(
          lines.get(i + 1).matches("  sum +\\d\\.\\d{4} +- +\\d\\.\\d{4} +-"), cli::toString);
      assertTrue(lines.get(i + 2).matches("  kind( +\\d\\.\\d{4}){4}"), cli::toString);
      assertTrue(lines.get(i + 3).matches("  all( +\\d\\.\\d{4}){4}"), cli::toString);
    }
    assertTrue(lines.size() == 5 || lines.size() == 9, cli::toString);
    assertTrue(cli.out().contains("epoch 3, last"), cli::toString);
  }

  /** What works with arrays works with a folder, in its order where that is asked for. */
  @Test
  void aFolderTakesTheSameOptions() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    good(
        "train --data @data --output @start.ckpt --epochs 1 --filters 2 --optimizer sgd --loss mse"
            + " --shuffle false --seed 6");
    good(
        "train --data @data --output @t.ckpt --model @start.ckpt --epochs 3 --validation 3"
            + " --optimizer rmsprop --learning-rate 0.01 --clip-norm 0.1 --loss mae --metrics mse"
            + " --class-weight 1=3 --class-weight action=0=2 --shuffle false --batch-size 2"
            + " --early-stopping :4");
    try (Model model = load("start.ckpt")) {
      model.compile(
          Compile.with(new RMSprop(0.01).clipNorm(0.1))
              .loss(Loss.meanAbsoluteError())
              .metrics("comedy", new MeanSquaredError())
              .metrics("action", new MeanSquaredError()));
      VideoFolder all = VideoFolder.open(data).fitting(model.signature());
      model.fit(
          all.ids("0-2").batch(2),
          Fit.epochs(3)
              .validation(all.ids("3"))
              .callbacks(new EarlyStopping("val_loss").patience(4))
              .classWeights("comedy", Map.of(1, 3.0))
              .classWeights("action", Map.of(0, 2.0)));
      Checkpoint.save(model, dir.resolve("expected.ckpt"));
    }
    sameWeights("expected.ckpt", "t.ckpt");
    same("expected.ckpt", "t.ckpt");
  }

  /** A weight of 0 is as a frame whose label does not matter. */
  @Test
  void aFolderHasWeightsOfFrames() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    Path weighted = TinyFolder.write(dir.resolve("weighted"));
    for (int id = 0; id < TinyFolder.TRAILERS; id++) {
      Tensor w = weights(id, TinyFolder.FRAMES);
      w.set(id, 0);
      NpyWriter.write(weighted.resolve("weights_" + id + ".npy"), w);
      Tensor labels = NpyFile.open(data.resolve("labels_" + id + ".npy")).read(DType.FLOAT32);
      labels.set(2 * id, 1 - labels.get(2 * id)); // of the frame that does not count
      NpyWriter.write(data.resolve("labels_" + id + ".npy"), labels);
    }
    String train =
        "train --epochs 2 --filters 2 --window 3 --batch-size 2 --sample-weight @weighted"
            + " --validation 3 --data ";
    good(train + "@weighted --output @a.ckpt --log @a.csv");
    good(train + "@data --output @b.ckpt --log @b.csv");
    same("a.ckpt", "b.ckpt");
    same("a.csv", "b.csv");
    good(train.replace(" --sample-weight @weighted", "") + "@data --output @c.ckpt");
    assertNotEquals(-1, Files.mismatch(dir.resolve("a.ckpt"), dir.resolve("c.ckpt")));
    assertEquals(
        good("evaluate --model @a.ckpt --data @weighted --sample-weight @weighted").out(),
        good("evaluate --model @a.ckpt --data @data --sample-weight @weighted").out());
  }
}
