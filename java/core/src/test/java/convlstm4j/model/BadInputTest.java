package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.objective.AUC;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.Loss;
import convlstm4j.op.ShapeException;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Wrong calls, and numbers that are not finite: who, what came, what was expected, and no harm. */
class BadInputTest {
  private final Backend backend = Backends.named("reference");

  @AfterEach
  void close() {
    backend.close();
  }

  private Model model() {
    return ModelFitTest.xorModel(backend, 0.2);
  }

  private static Tensor x(int n) {
    return Tensor.of(new float[2 * n], n, 2);
  }

  private static Tensor y(int n) {
    return Tensor.of(new float[n], n, 1);
  }

  private static void says(Class<? extends Exception> kind, Executable call, String... words) {
    String message = assertThrows(kind, call).getMessage();
    for (String w : words) {
      assertTrue(message.contains(w), () -> "\"" + w + "\" is not in: " + message);
    }
  }

  private static Batch batch(List<Tensor> inputs, List<Tensor> targets, Tensor... weights) {
    return new Batch(inputs, targets, List.of(weights), "trailer_3");
  }

  @Test
  void batchesThatDoNotFit() {
    Model m = model();
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3), x(3)), List.of(y(3)))),
        "trailer_3",
        "2 inputs",
        "[x]");
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(y(3)), List.of(y(3)))),
        "trailer_3",
        "\"x\"",
        "[3, 1]",
        "[None, 2]");
    says(ShapeException.class, () -> m.predict(Tensor.of(new float[2], 2)), "batch axis");
    says(ShapeException.class, () -> m.predict(x(0)), "no samples");
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of())),
        "0 targets",
        "[score]");
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of(y(4)))),
        "\"score\"",
        "[4, 1]",
        "[3, 1]");
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of(y(3)), Tensor.of(new float[2], 2))),
        "sample weights",
        "\"score\"",
        "[2]",
        "[3]");
    says(
        IllegalArgumentException.class,
        () ->
            m.trainOnBatch(batch(List.of(x(2)), List.of(y(2)), Tensor.of(new float[] {1, -1}, 2))),
        "sample weight",
        "-1");
    says(
        IllegalArgumentException.class,
        () -> m.trainOnBatch(batch(List.of(x(1)), List.of(Tensor.of(new float[] {2}, 1, 1)))),
        "\"score\"",
        "2.0",
        "0 to 1");
  }

  @Test
  void axesOfSizeZero() {
    Model m = model();
    Tensor none = Tensor.of(new float[0], 3, 0);
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of(none))),
        "\"score\"",
        "[3, 0]",
        "[3, 1]");
    says(
        ShapeException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of(y(3)), Tensor.of(new float[0], 0))),
        "sample weights",
        "[0]",
        "[3]");
    says(
        ShapeException.class,
        () -> m.evaluate(InMemoryDataset.of(none, y(3))),
        "\"x\"",
        "[3, 0]",
        "[None, 2]");
    says(IllegalArgumentException.class, () -> InMemoryDataset.of(x(0), y(0)), "has no samples");
    Symbol open = Mini.input("x", Shape.UNKNOWN);
    Model any = Model.of(open, new Mini.Running().named("y").apply(open)).backend(backend);
    says(
        ShapeException.class,
        () -> any.predict(none),
        "\"x\"",
        "[3, 0]",
        "axis 1 has size 0, expected at least 1");
  }

  @Test
  void classNumbersOutOfRange() {
    Symbol in = Mini.input("x", 2);
    Model m =
        Model.of(in, Mini.dense(3, Activation.SOFTMAX).named("kind").apply(in))
            .backend(backend)
            .compile(new SGD(), Loss.sparseCategoricalCrossentropy());
    for (float bad : new float[] {3, -1, 0.5f}) {
      says(
          IllegalArgumentException.class,
          () -> m.trainOnBatch(Batch.of(x(1), Tensor.of(new float[] {bad}, 1, 1))),
          "\"kind\"",
          String.valueOf(bad),
          "0 to 2");
    }
  }

  @Test
  void callsInTheWrongOrder() {
    Symbol in = Mini.input("x", 2);
    Model m = Model.of(in, Mini.dense(1, Activation.SIGMOID).named("d").apply(in)).backend(backend);
    InMemoryDataset data = InMemoryDataset.of(x(3), y(3));
    says(IllegalStateException.class, () -> m.fit(data, Fit.epochs(1)), "fit", "compile");
    says(IllegalStateException.class, () -> m.evaluate(data), "evaluate", "compile");
    says(IllegalStateException.class, () -> m.trainOnBatch(Batch.of(x(1), y(1))), "compile");
    says(IllegalStateException.class, () -> m.memoryEstimate(true, Shape.of(1, 2)), "compile");
    m.predict(x(1));
    says(IllegalStateException.class, () -> m.seed(5), "seed", "in use");
    says(IllegalStateException.class, () -> m.dtype(DType.FLOAT64), "dtype");
    says(IllegalStateException.class, () -> m.backend("reference"), "backend");
  }

  @Test
  void compileOptionsThatDoNotFit() {
    Model m = model();
    says(
        IllegalArgumentException.class,
        () -> m.compile(Compile.with(new Adam()).loss("comedy", Loss.meanSquaredError())),
        "\"comedy\"",
        "[score]");
    says(
        IllegalArgumentException.class, () -> m.compile(Compile.with(new Adam())), "no output has");
    says(
        IllegalArgumentException.class,
        () -> m.compile(new Adam(), Loss.meanSquaredError(), new AUC(), new AUC()),
        "Metric.named",
        "auc");
    says(
        IllegalArgumentException.class,
        () ->
            m.fit(
                InMemoryDataset.of(x(3), y(3)),
                Fit.epochs(1).classWeights("comedy", Map.of(0, 1.0))),
        "\"comedy\"",
        "[score]");
    says(
        IllegalArgumentException.class,
        () ->
            m.fit(
                InMemoryDataset.of(x(3), y(3)),
                Fit.epochs(1).callbacks(new EarlyStopping("val_loss"))),
        "EarlyStopping",
        "\"val_loss\"",
        "[loss, accuracy]",
        "Fit.validation");
    says(
        IllegalArgumentException.class,
        () ->
            m.fit(
                InMemoryDataset.of(x(3), y(3)),
                Fit.epochs(1).callbacks(new ReduceOnPlateau("lost"))),
        "ReduceOnPlateau",
        "\"lost\"");
    m.compile(
        new SGD(new Schedule.ExponentialDecay(0.1, 10, 0.5, false)), Loss.binaryCrossentropy());
    says(
        IllegalStateException.class,
        () ->
            m.fit(
                InMemoryDataset.of(x(3), y(3)),
                Fit.epochs(1).callbacks(new ReduceOnPlateau("loss"))),
        "schedule");
  }

  /** A dataset that promises more than it holds. */
  private record Promise(int batches, int held) implements Dataset {
    @Override
    public BatchStream open(long epoch, int firstBatch) {
      return InMemoryDataset.of(x(held), y(held)).batch(1).open(epoch, firstBatch);
    }
  }

  @Test
  void datasetsThatDoNotKeepTheirWord() {
    Model m = model();
    says(
        IllegalArgumentException.class,
        () -> m.fit(new Promise(0, 1), Fit.epochs(1)),
        "training data",
        "empty");
    says(IllegalArgumentException.class, () -> m.evaluate(new Promise(0, 1)), "empty");
    says(IllegalStateException.class, () -> m.fit(new Promise(5, 3), Fit.epochs(1)), "5", "3");
  }

  @Test
  void snapshotsWithoutWhatTheOptimizerRemembers() {
    Symbol in = Mini.input("x", 2);
    Symbol out = Mini.dense(1, Activation.SIGMOID).named("d").apply(in);
    Batch batch = Batch.of(Tensor.of(new float[] {1, 2}, 1, 2), Tensor.of(new float[] {1}, 1, 1));
    Model sgd = Model.of(in, out).backend(backend).compile(new SGD(0.1), Loss.meanSquaredError());
    sgd.trainOnBatch(batch);
    Model adam = Model.of(in, out).backend(backend).compile(new Adam(0.1), Loss.meanSquaredError());
    adam.trainOnBatch(batch);
    adam.trainOnBatch(batch);
    Snapshot before = adam.snapshot();
    says(
        IllegalArgumentException.class,
        () -> adam.restore(sgd.snapshot()),
        "the snapshot of step 1 holds nothing that an optimizer remembers",
        "Adam needs [",
        "setWeights");
    StepTest.assertSame(before.weights(), adam.weights(), 0);
    StepTest.assertSame(before.slots(), adam.snapshot().slots(), 0);
    assertEquals(2, adam.progress().step());
    sgd.restore(sgd.snapshot());
    adam.restore(before);
  }

  @Test
  void snapshotsOfOtherModels() {
    Snapshot s = model().snapshot();
    Symbol in = Mini.input("x", 2);
    Model other =
        Model.of(in, Mini.dense(1, Activation.SIGMOID).named("d").apply(in)).backend(backend);
    Map<String, Tensor> before = other.weights();
    says(IllegalArgumentException.class, () -> other.restore(s), "hidden/kernel", "d/kernel");
    StepTest.assertSame(before, other.weights(), 0);
    says(
        IllegalArgumentException.class,
        () -> other.setWeights(List.of(Tensor.of(new float[1], 1))),
        "1 arrays",
        "2");
    says(
        IllegalArgumentException.class,
        () -> other.setWeights(List.of(y(3), y(1))),
        "array 0",
        "[3, 1]",
        "d/kernel",
        "[2, 1]");
    Model trained = model();
    trained.trainOnBatch(Batch.of(x(4), y(4)));
    Symbol in2 = Mini.input("x", 2);
    Model uncompiled =
        Sequential.of(
                in2,
                Mini.dense(16, Activation.TANH).named("hidden"),
                Mini.dense(1, Activation.SIGMOID).named("score"))
            .backend(backend);
    says(
        IllegalStateException.class,
        () -> uncompiled.restore(trained.snapshot()),
        "compile",
        "setWeights");
  }

  /** Planted in a batch whose maker says it has looked: the model does not, and the loss tells. */
  @Test
  void whatWasFoundFiniteIsNotLookedAtAgain() {
    Model m = model();
    Tensor bad = x(3);
    bad.set(4, Double.NaN);
    Batch b = batch(List.of(bad), List.of(y(3)));
    says(NonFiniteException.class, () -> m.trainOnBatch(b), "holds a NaN or an infinity");
    Batch believed = new Batch(b.inputs(), b.targets(), b.sampleWeights(), b.description(), true);
    NonFiniteException loss =
        assertThrows(NonFiniteException.class, () -> m.trainOnBatch(believed));
    assertFalse(loss.getMessage().contains("holds a NaN or an infinity"), loss.getMessage());
  }

  @Test
  void notFiniteInputsAndTargets() {
    Model m = model();
    Tensor bad = x(3);
    bad.set(4, Double.NaN);
    NonFiniteException e =
        assertThrows(
            NonFiniteException.class, () -> m.trainOnBatch(batch(List.of(bad), List.of(y(3)))));
    assertEquals("trailer_3", e.batch());
    assertTrue(e.getMessage().contains("\"x\""), e.getMessage());
    Tensor badTarget = y(3);
    badTarget.set(1, Double.POSITIVE_INFINITY);
    says(
        NonFiniteException.class,
        () -> m.trainOnBatch(batch(List.of(x(3)), List.of(badTarget))),
        "trailer_3",
        "target",
        "\"score\"");
    says(NonFiniteException.class, () -> m.predict(bad), "\"x\"");
  }

  /** The model overflows in its second layer once the weights have become large. */
  @Test
  void notFiniteLossLeavesTheModelAsItWas() {
    Symbol in = Mini.input("x", 2);
    Symbol a = Mini.dense(2, Activation.LINEAR).named("first").apply(in);
    Symbol b =
        Mini.dense(2, Activation.LINEAR)
            .named("second")
            .apply(new Mini.Running().named("run").apply(a));
    Model m =
        Model.of(in, b)
            .backend(backend)
            .compile(new SGD(0.1).momentum(0.9), Loss.meanSquaredError(), new Accuracy());
    m.trainOnBatch(Batch.of(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), x(2)));
    m.evaluate(InMemoryDataset.of(x(2), x(2))); // training steps keep their feeds until then
    List<Tensor> huge = List.copyOf(m.weights().values());
    huge.get(2).set(0, 3e38);
    huge.get(2).set(1, 3e38);
    huge.get(2).set(2, 3e38);
    m.setWeights(huge);
    Snapshot before = m.snapshot();
    long live = backend.memory().liveBytes();
    NonFiniteException e =
        assertThrows(
            NonFiniteException.class,
            () ->
                m.trainOnBatch(
                    batch(List.of(Tensor.of(new float[] {9, 8, 7, 6}, 2, 2)), List.of(x(2)))));
    assertEquals("second", e.where());
    assertEquals("trailer_3", e.batch());
    assertTrue(e.getMessage().contains("step 2"), e.getMessage());
    Snapshot after = m.snapshot();
    StepTest.assertSame(before.weights(), after.weights(), 0);
    StepTest.assertSame(before.slots(), after.slots(), 0);
    StepTest.assertSame(before.states(), after.states(), 0);
    assertEquals(1, after.states().size());
    assertEquals(before.progress(), after.progress());
    assertEquals(live, backend.memory().liveBytes());
    says(
        NonFiniteException.class,
        () -> m.evaluate(InMemoryDataset.of(Tensor.of(new float[] {9, 8, 7, 6}, 2, 2), x(2))),
        "second");
  }

  /** The loss is finite; its gradient, 1.8e40 at the first layer, is not in float32. */
  @Test
  void notFiniteGradientLeavesTheModelAsItWas() {
    Symbol in = Mini.input("x", 1);
    Symbol a =
        Mini.dense(1, Activation.LINEAR).initializer(Mini.constant(1e-25)).named("first").apply(in);
    Symbol b =
        Mini.dense(1, Activation.LINEAR).initializer(Mini.constant(3e30)).named("second").apply(a);
    Model m = Model.of(in, b).backend(backend).compile(new SGD(1), Loss.meanSquaredError());
    Map<String, Tensor> before = m.weights();
    NonFiniteException e =
        assertThrows(
            NonFiniteException.class,
            () ->
                m.trainOnBatch(
                    Batch.of(Tensor.of(new float[] {1e4f}, 1, 1), Tensor.of(new float[1], 1, 1))));
    assertEquals("first/kernel", e.where());
    StepTest.assertSame(before, m.weights(), 0);
  }

  @Test
  void firstFailedRunLeavesNoStates() {
    Symbol in = Mini.input("x", 2);
    Symbol b =
        Mini.dense(1, Activation.SIGMOID)
            .named("d")
            .apply(new Mini.Running().named("run").apply(in));
    Model m = Model.of(in, b).backend(backend).compile(new SGD(1), Loss.meanSquaredError());
    Tensor kernel = Tensor.of(new float[] {Float.NaN, 0}, 2, 1);
    List<Tensor> good = List.copyOf(m.weights().values());
    m.setWeights(List.of(kernel, good.get(1)));
    assertThrows(NonFiniteException.class, () -> m.trainOnBatch(Batch.of(x(3), y(3))));
    assertEquals(Map.of(), m.snapshot().states());
    m.setWeights(good);
    m.trainOnBatch(Batch.of(x(5), y(5)));
  }

  @Test
  void modelsThatDoNotFitIntoMemory() {
    Symbol in = Mini.input("x", Shape.UNKNOWN, 1000);
    Model m =
        Model.of(in, Mini.dense(1000, Activation.TANH).named("d").apply(in))
            .backend(backend)
            .compile(new Adam(), Loss.meanSquaredError());
    MemoryEstimate e = m.memoryEstimate(true, Shape.of(1000, 50_000, 1000));
    assertEquals(0, backend.memory().liveBytes());
    // At least input, target, and the layer's two values with their gradients.
    assertTrue(e.total() > 6 * 200_000_000_000L, e.toString());
    assertEquals(2 * e.weights(), e.optimizer());
    assertEquals(4 * 1_001_000, e.weights());
    Symbol in2 = Mini.input("x", 1000);
    Model wide =
        Model.of(in2, Mini.dense(1_000_000_000, Activation.TANH).named("d").apply(in2))
            .backend(backend);
    says(BackendException.class, () -> wide.predict(x(1)), "weights", "GiB");
  }
}
