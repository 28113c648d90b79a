package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.CategoricalAccuracy;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of {@code evaluate}. */
class EvaluateTest {
  private static final String TWINS =
      "evaluate --model @twins.ckpt --x left=@left.npy --x right=@right.npy --y sum=@sum.npy --y"
          + " kind=@kind.npy ";

  @TempDir Path dir;

  @BeforeEach
  void prepare() {
    SmallModels.writeArrays(dir);
    NpyWriter.write(
        dir.resolve("w.npy"), Tensor.of(new float[] {1, 2, 0, 1, 3, 0.5f, 1, 1, 2, 1}, 10));
    try (Model two = SmallModels.twins()) {
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
  }

  private Cli good(String call) {
    return Cli.good(
        Stream.of((call + " --backend reference").split(" +"))
            .map(w -> w.replace("@", dir + "/"))
            .toArray());
  }

  private Tensor read(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32);
  }

  /** What the library measures, the samples weighted. */
  private Map<String, Double> expected() {
    try (Model model = Checkpoint.load(dir.resolve("twins.ckpt"), m -> m.backend("reference"))) {
      model.compile(
          Compile.with(new Adam())
              .loss("sum", Loss.meanSquaredError())
              .loss("kind", Loss.categoricalCrossentropy())
              .metrics("sum", new MeanAbsoluteError())
              .metrics("kind", new CategoricalAccuracy(), new F1Score()));
      Tensor w = read("w.npy");
      return model.evaluate(
          InMemoryDataset.of(
              new Batch(
                  List.of(read("left.npy"), read("right.npy")),
                  List.of(read("sum.npy"), read("kind.npy")),
                  List.of(w, w),
                  "all")));
    }
  }

  @Test
  void aRowForEachOutput() throws IOException {
    Cli cli =
        good(
            TWINS
                + "--loss sum=mse --loss kind=categorical_crossentropy --metrics sum=mae --metrics"
                + " kind=categorical_accuracy,f1 --sample-weight @w.npy --output @scores.csv");
    Map<String, Double> e = expected();
    String table =
        """
                loss  mean_absolute_error  categorical_accuracy  f1_score
        sum   SSSSSS               MMMMMM                     -         -
        kind  KKKKKK                    -                AAAAAA    FFFFFF
        all   LLLLLL               MMMMMM                AAAAAA    FFFFFF
        """
            .replace("SSSSSS", "  " + four(e.get("sum_loss")))
            .replace("KKKKKK", "  " + four(e.get("kind_loss")))
            .replace("LLLLLL", "  " + four(e.get("loss")))
            .replace("MMMMMM", four(e.get("sum_mean_absolute_error")))
            .replace("AAAAAA", four(e.get("kind_categorical_accuracy")))
            .replace("FFFFFF", four(e.get("kind_f1_score")));
    assertEquals(
        table.lines().map(String::strip).toList(), cli.out().lines().map(String::strip).toList());
    int width = cli.out().lines().mapToInt(String::length).max().orElseThrow();
    assertTrue(cli.out().lines().allMatch(l -> l.length() == width), cli::toString);
    assertEquals(
        List.of(
            "output,loss,mean_absolute_error,categorical_accuracy,f1_score",
            "sum," + e.get("sum_loss") + "," + e.get("sum_mean_absolute_error") + ",,",
            "kind,"
                + e.get("kind_loss")
                + ",,"
                + e.get("kind_categorical_accuracy")
                + ","
                + e.get("kind_f1_score"),
            "all,"
                + e.get("loss")
                + ","
                + e.get("sum_mean_absolute_error")
                + ","
                + e.get("kind_categorical_accuracy")
                + ","
                + e.get("kind_f1_score")),
        Files.readAllLines(dir.resolve("scores.csv")));
  }

  private static String four(double v) {
    return String.format(Locale.ROOT, "%.4f", v);
  }

  /** Beside the model's own, over all frames of a folder, without a mean that hides an output. */
  @Test
  void moreMetricsThanTheModelHas() throws IOException {
    Path data = TinyFolder.write(dir.resolve("data"));
    Cli.good(
        "train", "--data", data, "--output", dir.resolve("f.ckpt"), "--epochs", 1, "--filters", 2);
    String own = good("evaluate --model @f.ckpt --data @data").out();
    String more =
        good("evaluate --model @f.ckpt --data @data --metrics auc,precision,recall").out();
    assertEquals(
        List.of("loss", "f1_score", "auc", "precision", "recall"),
        List.of(more.lines().findFirst().orElseThrow().strip().split(" +")));
    List<String> longer = more.lines().toList();
    List<String> shorter = own.lines().toList();
    assertEquals(shorter.size(), longer.size());
    for (int i = 1; i < shorter.size(); i++) {
      assertTrue(longer.get(i).startsWith(shorter.get(i)), more);
    }
    assertFalse(more.contains("NaN"), more);
  }
}
