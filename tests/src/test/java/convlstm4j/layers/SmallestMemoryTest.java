package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Memory;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.data.Frames;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * With the smallest memory that a plan names a model runs, with a byte less it does not; whether or
 * not it has trained, in which case what its optimiser remembers is there, too.
 */
class SmallestMemoryTest {
  private static final Shape VIDEO = Shape.of(1, 16, 10, 10, 1);
  private static final Tensor ZEROS = Tensor.zeros(DType.FLOAT32, VIDEO);

  /** Losses and their like are allocated beside what is planned. */
  private static final long SMALL = 16 << 10;

  private static Model model(Backend backend) {
    Symbol v = Input.named("x", Input.ANY, 10, 10, 1);
    Symbol x = new BatchNormalization().apply(new ConvLSTM2D(2, 3).returnSequences(true).apply(v));
    x = new TimeDistributed(new Flatten()).apply(x);
    x = new TimeDistributed(new Dense(20)).apply(x);
    return Model.of(v, x).backend(backend).compile(new Adam(0.01), Loss.meanSquaredError());
  }

  private static Batch batch() {
    Tensor target = Tensor.zeros(DType.FLOAT32, Shape.of(1, 16, 20));
    return new Batch(List.of(ZEROS), List.of(target), List.of(), "a video");
  }

  @TestFactory
  Stream<DynamicTest> isEnough() {
    return TestBackends.providers().stream()
        .map(p -> DynamicTest.dynamicTest(p.name(), () -> isEnough(p)));
  }

  private static void isEnough(BackendProvider provider) {
    try (Backend backend = provider.start();
        Model model = model(backend)) {
      predicts(model, backend.memory().place());
      long fresh = model.memory(1).plan(false, VIDEO).smallest();
      trains(model);
      model.memory(1L << 40).trainOnBatch(batch());
      predicts(model, backend.memory().place());
      trains(model);
      byHand(model);
      RunPlan trained = model.stretch(1000).memory(1).plan(false, VIDEO);
      assertEquals(2 * weights(model), trained.optimizer());
      assertTrue(trained.smallest() >= fresh + trained.optimizer(), trained + " " + fresh);
    }
  }

  /** Of those that are trained. */
  private static long weights(Model model) {
    return model.weights().entrySet().stream()
        .filter(e -> !e.getKey().contains("moving_"))
        .mapToLong(e -> 4L * e.getValue().size())
        .sum();
  }

  private static void predicts(Model model, Memory.Place place) {
    RunPlan least = model.memory(1).plan(false, VIDEO);
    long smallest = least.smallest();
    assertTrue(least.refusal().isPresent());
    // On a device Java and its heap lie elsewhere.
    long beside = place == Memory.Place.DEVICE ? least.heap() + least.java() : 0;
    assertTrue(smallest <= least.total() - beside + SMALL, smallest + " " + least);
    RunPlan fits = model.memory(smallest).plan(false, VIDEO);
    assertTrue(fits.isStretched(), fits.toString());
    assertEquals(List.of(), fits.refusal().stream().toList());
    assertEquals(1, model.predict(List.of(Frames.of(ZEROS))).size());
    assertTrue(model.memory(smallest - 1).plan(false, VIDEO).refusal().isPresent());
    BackendException e =
        assertThrows(BackendException.class, () -> model.predict(List.of(Frames.of(ZEROS))));
    assertTrue(e.getMessage().contains("smallest memory that can"), e.getMessage());
    long all = model.memory(1L << 40).plan(false, VIDEO).smallest();
    RunPlan atOnce = model.memory(all).plan(false, VIDEO);
    assertFalse(atOnce.isStretched(), atOnce.toString());
    assertTrue(model.memory(all - 1).plan(false, VIDEO).isStretched());
  }

  /** As many frames at a time as somebody asks for, whether or not others would take less. */
  private static void byHand(Model model) {
    model.stretch(8);
    long smallest = model.memory(1).plan(false, VIDEO).smallest();
    assertTrue(model.memory(smallest - 1).plan(false, VIDEO).refusal().isPresent());
    assertEquals(8, model.memory(smallest).plan(false, VIDEO).frames());
    assertEquals(1, model.predict(List.of(Frames.of(ZEROS))).size());
    long training = model.memory(1).planTraining(InputPlace.NUMBERS, VIDEO).smallest();
    RunPlan fits = model.memory(training).planTraining(InputPlace.NUMBERS, VIDEO);
    assertEquals(8, fits.frames());
    assertEquals(List.of(), fits.refusal().stream().toList());
    assertTrue(model.memory(training + SMALL).trainOnBatch(batch()).get("loss") >= 0);
  }

  private static void trains(Model model) {
    long smallest = model.memory(1).planTraining(InputPlace.NUMBERS, VIDEO).smallest();
    RunPlan fits = model.memory(smallest).planTraining(InputPlace.NUMBERS, VIDEO);
    assertTrue(fits.isStretched(), fits.toString());
    assertEquals(List.of(), fits.refusal().stream().toList());
    RunPlan less = model.memory(smallest - 1).planTraining(InputPlace.NUMBERS, VIDEO);
    assertTrue(less.refusal().isPresent(), less.toString());
    assertThrows(BackendException.class, () -> model.trainOnBatch(batch()));
    assertTrue(model.memory(smallest + SMALL).trainOnBatch(batch()).get("loss") >= 0);
  }
}
