package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.Memory;
import convlstm4j.backend.WatchedMemory;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.ReLU;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which runs of all frames at once begin anew, as {@link Memory#begin} says: those that take much
 * of a memory in which little more would fit.
 */
class PassesTest {
  private static final int SIDE = 1024;

  /** 48 MiB an array. */
  private static final int LARGE = 12;

  /** 4 MiB an array. */
  private static final int SMALL = 1;

  /** Counts what begins. */
  private static final class Counting extends ForwardingBackend {
    private int begun;

    Counting() {
      super(new ReferenceBackend());
    }

    @Override
    public Memory memory() {
      return WatchedMemory.of(
          super.memory(),
          (method, result) -> {
            if (method.equals("begin")) {
              begun++;
            }
          });
    }
  }

  private static Model model(Counting backend) {
    Symbol in = Input.named("x", SIDE, SIDE, 1);
    Symbol out = new Dense(1).apply(new GlobalAveragePooling2D().apply(new ReLU().apply(in)));
    return Model.of(in, out)
        .backend(backend)
        .seed(3)
        .compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
  }

  /** How often each of four training steps began anew; the first prepares, and may do so twice. */
  private static List<Integer> begins(int batch, double room) {
    List<Integer> begins = new ArrayList<>();
    try (Counting backend = new Counting();
        Model m = model(backend)) {
      long least =
          m.memory(1).planTraining(InputPlace.NUMBERS, Shape.of(batch, SIDE, SIDE, 1)).smallest();
      m.memory((long) (room * least));
      Batch data =
          Batch.of(
              Tensor.zeros(DType.FLOAT32, Shape.of(batch, SIDE, SIDE, 1)),
              Tensor.zeros(DType.FLOAT32, Shape.of(batch, 1)));
      for (int step = 0; step < 4; step++) {
        int before = backend.begun;
        m.trainOnBatch(data);
        begins.add(backend.begun - before);
      }
    }
    return begins;
  }

  @Test
  void eachLargeRunBeginsAnewWhereLittleMoreWouldFit() {
    List<Integer> begins = begins(LARGE, 1);
    assertTrue(begins.get(0) >= 1, begins.toString());
    assertEquals(List.of(1, 1, 1), begins.subList(1, 4));
  }

  @Test
  void onlyTheFirstDoesWhereMuchMoreWouldFit() {
    assertEquals(List.of(1, 0, 0, 0), begins(LARGE, 2));
  }

  @Test
  void smallRunsDoNot() {
    assertEquals(List.of(0, 0, 0, 0), begins(SMALL, 1));
  }
}
