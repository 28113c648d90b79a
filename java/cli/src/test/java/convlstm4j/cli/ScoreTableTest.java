package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.optim.SGD;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreTableTest {
  private static final String MAE = "mean_absolute_error";

  @TempDir Path dir;

  private static Model twins() {
    Symbol x = Input.shape(2);
    return Model.of(x, new Dense(1).named("a").apply(x), new Dense(1).named("b,c").apply(x))
        .compile(
            Compile.with(new SGD(0.1))
                .loss(Loss.meanSquaredError())
                .metrics("a", new MeanAbsoluteError()));
  }

  private static final Map<String, Double> SCORES =
      Map.of("loss", 3.0, "a_loss", 1.0, "b,c_loss", 2.0, "a_" + MAE, 0.123456);

  @Test
  void aRowForEachOutputAndOneForAll() {
    try (Model model = twins()) {
      List<String> lines = ScoreTable.of(model, SCORES).text().lines().toList();
      assertEquals(
          List.of(
              "         loss  mean_absolute_error",
              "a      1.0000               0.1235",
              "b,c    2.0000                    -",
              "all    3.0000               0.1235"),
          lines);
    }
  }

  /** With all digits, an empty cell where an output has no such metric, and names quoted. */
  @Test
  void theSameAsAFile() throws IOException {
    Path file = dir.resolve("scores.csv");
    try (Model model = twins()) {
      ScoreTable.of(model, SCORES).writeCsv(file);
    }
    assertEquals(
        List.of("output,loss," + MAE, "a,1.0,0.123456", "\"b,c\",2.0,", "all,3.0,0.123456"),
        Files.readAllLines(file));
  }

  @Test
  void namesOfAnEpochsNumbers() {
    try (Model model = twins()) {
      List<String> names = List.of("loss", "a_loss", "b,c_loss", "a_" + MAE);
      assertEquals(names, ScoreTable.logNames(model, false));
      assertEquals(8, ScoreTable.logNames(model, true).size());
      assertEquals("val_a_" + MAE, ScoreTable.logNames(model, true).get(7));
    }
  }
}
