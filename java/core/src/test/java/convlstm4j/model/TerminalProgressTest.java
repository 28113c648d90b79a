package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.Datasets;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a training shows by itself, and what users' objects say of themselves. */
class TerminalProgressTest {
  private static final Tensor X = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
  private static final Tensor Y = Tensor.of(new float[] {1, 0, 1}, 3, 1);

  private static Model model() {
    return Sequential.of(Input.named("x", 2), new Dense(1).named("y"))
        .backend("reference")
        .compile("sgd", "mse");
  }

  /** Of short epochs the first line, one a second, and the last. */
  @Test
  void shortEpochsAreNotAllShown() {
    List<String> lines = new ArrayList<>();
    try (Model m = model()) {
      m.fit(Data.of(X, Y), Fit.epochs(200).callbacks(new TerminalProgress(lines::add)));
    }
    assertTrue(lines.get(0).startsWith("epoch 1/200, "), lines::toString);
    assertTrue(lines.get(lines.size() - 1).startsWith("epoch 200/200, "), lines::toString);
    assertTrue(lines.size() < 100, lines.size() + " lines");
  }

  @Test
  void aSlowEpochHasItsLine() {
    List<String> lines = new ArrayList<>();
    LambdaCallback slow =
        new LambdaCallback()
            .epochEnd(
                (run, epoch, logs) -> {
                  try {
                    Thread.sleep(1001);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    try (Model m = model()) {
      m.fit(Data.of(X, Y), Fit.epochs(3).callbacks(slow, new TerminalProgress(lines::add)));
    }
    assertEquals(3, lines.size(), lines::toString);
  }

  /** Tests have no terminal. */
  @Test
  void nothingIsAddedWithoutATerminal() {
    Callback own = new Callback() {};
    assertEquals(List.of(own), TerminalProgress.beside(Fit.epochs(1).callbacks(own)));
  }

  @Test
  void whatObjectsSay() {
    try (Model m = model()) {
      assertEquals("model \"sequential\": x (None, 2) to y (None, 1), 3 weights", m.toString());
      History history = m.compile("sgd", "mse", "mae", "rmse").fit(Data.of(X, Y).batch(2), 2);
      assertEquals(3, history.values().size());
      assertEquals(
          history.values().keySet().stream()
              .map(name -> "%s %.4f".formatted(name, history.last(name)))
              .collect(Collectors.joining(", ", "2 epochs, the last: ", "")),
          history.toString());
      assertEquals("no epochs", m.fit(Data.of(X, Y), 2).toString());
    }
    assertEquals("3 samples in 2 batches", Data.of(X, Y).batch(2).toString());
    assertEquals(
        "2 batches that a loader makes",
        Datasets.of(List.of("a", "b"), id -> Batch.of(X, Y)).toString());
    assertEquals("float32[3, 2]", X.toString());
  }
}
