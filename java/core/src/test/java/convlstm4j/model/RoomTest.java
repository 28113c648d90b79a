package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.BackendException;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.option.Activation;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted on the Java heap beside the step itself. */
class RoomTest {
  private final Model model =
      Sequential.of(Mini.input("x", 2), Mini.dense(1, Activation.TANH).named("d"))
          .backend("reference");

  /** Three batches of one sample, said to be more. */
  private record Said(int batches, int batchesAhead) implements Dataset {
    @Override
    public BatchStream open(long epoch, int firstBatch) {
      return InMemoryDataset.of(Tensor.of(new float[6], 3, 2), Tensor.of(new float[3], 3, 1))
          .batch(1)
          .open(epoch, firstBatch);
    }
  }

  @AfterEach
  void close() {
    model.close();
  }

  private String refused(Dataset data) {
    return assertThrows(BackendException.class, () -> model.predict(data)).getMessage();
  }

  @Test
  void allResultsOfAListAreCountedOneOfAConsumer() {
    Dataset many = new Said(Integer.MAX_VALUE, 0);
    String message = refused(many);
    assertTrue(message.contains("8.00 GiB of Java heap for copies and results of 2147483647"));
    assertTrue(message.contains("left of the Java heap (-Xmx)"), message);
    int[] batches = new int[1];
    model.predict(many, (batch, outputs) -> batches[0]++);
    assertEquals(3, batches[0]);
  }

  /** Three videos of one sample each, said to be more. */
  private record Videos() implements Dataset {
    @Override
    public int batches() {
      return Integer.MAX_VALUE;
    }

    @Override
    public BatchStream open(long epoch, int firstBatch) {
      return InMemoryDataset.of(List.of(Tensor.of(new float[9], 3, 3, 1)), List.of())
          .batch(1)
          .open(epoch, firstBatch);
    }
  }

  @Test
  void whatIsBesideFramesAtATimeIsCountedOnce() {
    try (Model frames =
        Sequential.of(Input.named("x", Input.ANY, 1), new LSTM(1).returnSequences(true))
            .backend("reference")
            .stretch(1)) {
      Tensor video = Tensor.of(new float[3], 1, 3, 1);
      for (int run = 0; run < 2; run++) { // planned anew, then again
        String message =
            assertThrows(BackendException.class, () -> frames.predict(new Videos())).getMessage();
        assertTrue(message.contains("1 frames at a time"), message);
        assertEquals(3, frames.predict(video).get(0).size());
      }
    }
  }

  @Test
  void batchesAheadAreCountedAsFarAsThereAreSome() {
    int ahead = 1 << 30;
    String message = refused(new Said(Integer.MAX_VALUE, ahead));
    assertTrue(message.contains("and " + ahead + " batches loaded ahead"), message);
    assertEquals(3, model.predict(new Said(3, ahead)).size());
  }

  @Test
  void aPassThatHasRunIsLookedAtAgainWhenMoreIsKept() {
    assertEquals(3, model.predict(new Said(3, 0)).size());
    assertTrue(refused(new Said(Integer.MAX_VALUE, 0)).contains("2147483647 batches"));
    List<Tensor> one = model.predict(Tensor.of(new float[2], 1, 2));
    assertFalse(one.isEmpty());
  }
}
