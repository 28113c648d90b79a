package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The options of {@code train} give the losses and weights that Keras gives: its trainings with
 * sample weights, class weights, clipping, schedules, validation, early stopping and plateaus
 * (keras-training/make.py).
 */
class KerasTrainingTest {
  private static final String FOLDER = "/keras-training/";
  private static final double TOLERANCE = 2e-5;

  @TempDir Path dir;

  /** One of the file's rows; named for the report. */
  record Case(String name, String options, Map<?, ?> logs) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = KerasTrainingTest.class.getResourceAsStream(FOLDER + "cases.json")) {
      return JSON.std.listFrom(in).stream()
          .map(o -> (Map<?, ?>) o)
          .map(
              m ->
                  new Case(
                      (String) m.get("name"),
                      (String) m.get("options"),
                      (Map<?, ?>) m.get("logs")));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainsAsKerasDoes(Case c) throws IOException {
    List<Object> words = new ArrayList<>(List.of("train", "--backend", "reference"));
    for (String word : c.options.split(" ")) {
      words.add(word.matches(".*\\.(npy|keras)") ? copy(word) : word);
    }
    Path log = dir.resolve("log.csv");
    words.addAll(List.of("--output", dir.resolve("after.ckpt"), "--log", log));
    Cli.good(words.toArray());
    List<String> lines = Files.readAllLines(log);
    List<String> names = List.of(lines.get(0).split(","));
    for (Map.Entry<?, ?> e : c.logs.entrySet()) {
      String name = e.getKey().equals("mae") ? "mean_absolute_error" : (String) e.getKey();
      List<?> values = (List<?>) e.getValue();
      assertEquals(values.size(), lines.size() - 1, "epochs");
      for (int epoch = 0; epoch < values.size(); epoch++) {
        double expected = ((Number) values.get(epoch)).doubleValue();
        double got = Double.parseDouble(lines.get(epoch + 1).split(",")[names.indexOf(name)]);
        assertEquals(expected, got, TOLERANCE, name + " of epoch " + (epoch + 1));
      }
    }
    Tensor expected = NpyFile.open(copy(c.name + ".after.npy")).read(DType.FLOAT32);
    try (Model model = Checkpoint.load(dir.resolve("after.ckpt"), m -> m.backend("reference"))) {
      int at = 0;
      for (Map.Entry<String, Tensor> e : model.weights().entrySet()) {
        for (int i = 0; i < e.getValue().size(); i++) {
          assertEquals(expected.get(at++), e.getValue().get(i), TOLERANCE, e.getKey() + " " + i);
        }
      }
      assertEquals(expected.size(), at);
    }
  }

  private Path copy(String name) throws IOException {
    Path file = dir.resolve(name);
    if (!Files.exists(file)) {
      try (InputStream in = KerasTrainingTest.class.getResourceAsStream(FOLDER + name)) {
        Files.copy(in, file);
      }
    }
    return file;
  }
}
