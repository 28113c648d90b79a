package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionTableTest {
  @TempDir Path dir;

  private static Model model() {
    Symbol x = Input.shape(2);
    return Model.of(x, new Dense(1).named("one").apply(x), new Dense(2).named("two").apply(x));
  }

  private static Tensor count(float from, long... shape) {
    Tensor t = Tensor.zeros(convlstm4j.tensor.DType.FLOAT32, Shape.of(shape));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, from + i);
    }
    return t;
  }

  private List<String> lines(boolean samples, Shape feed, List<List<Tensor>> batches)
      throws IOException {
    Path file = dir.resolve("t.csv");
    Files.deleteIfExists(file);
    try (Model model = model();
        PredictionTable table = new PredictionTable(model, file, samples)) {
      for (List<Tensor> outputs : batches) {
        table.write(feed, outputs);
      }
      assertFalse(Files.exists(file), "before it is whole");
      table.commit();
    }
    return Files.readAllLines(file);
  }

  @Test
  void aRowForEachSampleAcrossBatches() throws IOException {
    assertEquals(
        List.of("sample,one,two_0,two_1", "0,0.0,10.0,11.0", "1,1.0,12.0,13.0", "2,5.0,20.0,21.0"),
        lines(
            true,
            Shape.of(2, 2),
            List.of(
                List.of(count(0, 2, 1), count(10, 2, 2)),
                List.of(count(5, 1, 1), count(20, 1, 2)))));
  }

  @Test
  void aRowForEachFrame() throws IOException {
    List<List<Tensor>> outputs = List.of(List.of(count(0, 1, 2, 1), count(10, 1, 2, 2)));
    assertEquals(
        List.of("frame,one,two_0,two_1", "0,0.0,10.0,11.0", "1,1.0,12.0,13.0"),
        lines(false, Shape.of(1, 2, 3, 4, 4), outputs));
    assertEquals(
        List.of("sample,frame,one,two_0,two_1", "0,0,0.0,10.0,11.0", "0,1,1.0,12.0,13.0"),
        lines(true, Shape.of(1, 2, 3, 4, 4), outputs));
  }

  /** An image has no frames, whatever its second axis has in common with the output's. */
  @Test
  void ofSeveralAxesTheNamesHaveSeveralIndices() throws IOException {
    List<List<Tensor>> outputs = List.of(List.of(count(0, 1, 2, 1), count(5, 1, 1, 1)));
    assertEquals(
        List.of("sample,one_0_0,one_1_0,two", "0,0.0,1.0,5.0"),
        lines(true, Shape.of(1, 2, 4, 4), outputs));
  }
}
