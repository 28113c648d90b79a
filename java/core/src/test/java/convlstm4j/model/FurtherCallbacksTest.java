package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.InMemoryDataset;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rates by epoch, functions as callbacks, event files for TensorBoard. */
class FurtherCallbacksTest {
  @TempDir private Path dir;

  private static InMemoryDataset data() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    Tensor y = Tensor.of(new float[] {1, 0, 1}, 3, 1);
    return Data.of(x, y);
  }

  private static Model model() {
    return Sequential.of(Input.named("x", 2), new Dense(1))
        .backend("reference")
        .compile(new SGD(0.01), Loss.meanSquaredError());
  }

  @Test
  void ratesAreThoseOfTheEpochs() {
    List<Double> rates = new ArrayList<>();
    List<String> told = new ArrayList<>();
    LambdaCallback look =
        new LambdaCallback()
            .trainBegin(run -> told.add("begin"))
            .trainEnd(run -> told.add("end"))
            .epochEnd((run, epoch, logs) -> rates.add(run.model().learningRate()));
    try (Model m = model()) {
      LearningRateScheduler halves =
          new LearningRateScheduler((epoch, before) -> epoch == 0 ? before : before / 2);
      m.fit(data(), Fit.epochs(3).callbacks(halves, look));
      assertEquals(List.of(0.01, 0.005, 0.0025), rates);
      assertEquals(List.of("begin", "end"), told);
    }
  }

  @Test
  void eventsAreRecords() throws IOException {
    try (Model m = model()) {
      m.fit(data(), Fit.epochs(2).validation(data()).callbacks(new TensorBoard(dir)));
    }
    byte[] train = events("train");
    // How every event file of TensorFlow's begins: 24 bytes, their number's checksum, a time.
    byte[] begin = {0x18, 0, 0, 0, 0, 0, 0, 0, (byte) 0xa3, 0x7f, 0x4b, 0x22, 0x09};
    assertArrayEquals(begin, Arrays.copyOf(train, begin.length));
    assertEquals(
        List.of(
            "brain.Event:2",
            "epoch_loss",
            "epoch_learning_rate",
            "epoch_loss",
            "epoch_learning_rate"),
        texts(train));
    assertEquals(List.of("brain.Event:2", "epoch_loss", "epoch_loss"), texts(events("validation")));
  }

  private byte[] events(String part) throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve(part))) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      assertTrue(all.get(0).getFileName().toString().startsWith("events.out.tfevents."));
      return Files.readAllBytes(all.get(0));
    }
  }

  /** The version or tag of each record. */
  private static List<String> texts(byte[] file) {
    List<String> texts = new ArrayList<>();
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (b.hasRemaining()) {
      byte[] data = new byte[(int) b.getLong()];
      b.getInt();
      b.get(data);
      b.getInt();
      String text = new String(data, StandardCharsets.ISO_8859_1);
      int at = Math.max(text.indexOf("brain"), text.indexOf("epoch_"));
      texts.add(text.substring(at, at + data[at - 1]));
    }
    return texts;
  }
}
