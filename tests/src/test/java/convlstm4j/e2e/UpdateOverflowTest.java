package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Initializers;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.NonFiniteException;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Common;
import convlstm4j.optim.FormulaOptimizer;
import convlstm4j.optim.Ftrl;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An update that overflows never replaces the last good weights, whatever the backend. */
class UpdateOverflowTest {
  private static final double HUGE = 1e308;

  @TempDir Path dir;

  static List<Arguments> optimizers() {
    List<Arguments> all = new ArrayList<>();
    for (String backend : backends().toList()) {
      for (Optimizer o :
          List.of(
              new SGD(HUGE),
              new SGD(HUGE).momentum(0.9),
              new SGD(HUGE).clipValue(1e-3),
              new Adam(HUGE),
              new RMSprop(HUGE),
              ownSgd())) {
        all.add(Arguments.of(backend, o));
      }
    }
    return all;
  }

  private static Optimizer ownSgd() {
    Formula step = Formula.input(0).times(Formula.input(3));
    return new FormulaOptimizer(
        "own",
        Common.of(Schedule.constant(HUGE)),
        List.of(),
        List.of(Formula.input(2).minus(step)));
  }

  static Stream<String> backends() {
    return TestBackends.providers().stream().map(p -> p.name());
  }

  private static Tensor random(int seed, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    Philox r = new Philox(seed, 0);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, r.normal(i));
    }
    return t;
  }

  private static Model model(String backend) {
    Symbol frames = Input.shape(2, 4, 4, 1);
    return Sequential.of(frames, new ConvLSTM2D(2, 3), new Flatten(), new Dense(1))
        .backend(backend)
        .seed(3);
  }

  private static Batch batch() {
    return Batch.of(random(1, 3, 2, 4, 4, 1), random(2, 3, 1));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theModelIsAsBefore(String backend, Optimizer optimizer) {
    try (Model m = model(backend)) {
      m.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      m.trainOnBatch(batch());
      Map<String, Tensor> before = m.weights();
      m.compile(Compile.with(optimizer).loss(Loss.meanSquaredError()));
      // Several times: on a GPU the first is no graph, the second is recorded.
      for (int i = 0; i < 3; i++) {
        NonFiniteException e =
            assertThrows(NonFiniteException.class, () -> m.trainOnBatch(batch()));
        assertTrue(
            e.getMessage().contains("weight conv_lstm2d/") && e.getMessage().contains("1.0E308"),
            e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
      }
      assertSame(before, m.weights());
      m.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      m.trainOnBatch(batch());
      m.weights().values().forEach(t -> assertTrue(t.isFinite()));
    }
  }

  /** The second step's gradient is finite, and so is what it would make of the weights: nothing. */
  @ParameterizedTest
  @MethodSource("backends")
  void sumsOfGradientsThatOverflowStayAsBefore(String backend) {
    Dense layer = new Dense(1).useBias(false).kernelInitializer(Initializers.zeros());
    try (Model m = Sequential.of(Input.shape(1), layer).backend(backend).seed(3)) {
      Optimizer sgd = new SGD(1e-38).gradientAccumulationSteps(3);
      m.compile(Compile.with(sgd).loss(Loss.meanAbsoluteError()));
      Batch large = Batch.of(all(2.5e38f, 1, 1), all(1, 1, 1));
      m.trainOnBatch(large);
      Map<String, Tensor> before = m.snapshot().slots();
      assertEquals(-2.5e38f, before.get("gradient_accumulator/dense/kernel").floats()[0]);
      for (int i = 0; i < 3; i++) {
        NonFiniteException e = assertThrows(NonFiniteException.class, () -> m.trainOnBatch(large));
        assertTrue(
            e.getMessage().contains("weight dense/kernel or the sum of its gradients after an"),
            e.getMessage());
        assertSame(before, m.snapshot().slots());
      }
      m.trainOnBatch(Batch.of(all(1, 1, 1), all(1, 1, 1)));
      // This step would update: a limit makes a finite gradient of an infinite mean.
      m.compile(
          Compile.with(new SGD(1e-38).clipValue(1).gradientAccumulationSteps(2))
              .loss(Loss.meanAbsoluteError()));
      m.trainOnBatch(large);
      assertThrows(NonFiniteException.class, () -> m.trainOnBatch(large));
    }
  }

  /** Of gradients of zeros Ftrl makes NaN; in a step without update that is thrown away. */
  @ParameterizedTest
  @MethodSource("backends")
  void whatIsThrownAwayIsNotLookedAt(String backend) {
    Dense layer = new Dense(1).useBias(false);
    try (Model m = Sequential.of(Input.shape(3), layer).backend(backend).seed(3)) {
      Ftrl.Options none = new Ftrl.Options(-0.5, 0, 0, 0, 0, 0);
      Common rate = Common.of(Schedule.constant(0.1));
      m.compile(
          Compile.with(new Ftrl(rate, none).gradientAccumulationSteps(2))
              .loss(Loss.meanSquaredError()));
      Map<String, Tensor> before = m.weights();
      m.trainOnBatch(Batch.of(random(1, 4, 3), random(2, 4, 1)));
      assertSame(before, m.weights());
      m.trainOnBatch(Batch.of(random(1, 4, 3), random(2, 4, 1)));
      m.weights().values().forEach(t -> assertTrue(t.isFinite()));
    }
  }

  /** A variance of 1e60 is none in float32; what is normalised with it is finite all the same. */
  @ParameterizedTest
  @MethodSource("backends")
  void statisticsThatOverflowStayAsBefore(String backend) {
    Symbol x = Input.shape(3);
    try (Model m =
        Sequential.of(x, new BatchNormalization(), new Dense(1)).backend(backend).seed(3)) {
      m.compile(new SGD(0.1), Loss.meanSquaredError());
      m.trainOnBatch(Batch.of(random(1, 4, 3), random(2, 4, 1)));
      Map<String, Tensor> before = m.weights();
      Tensor x30 = random(1, 4, 3);
      for (int i = 0; i < x30.size(); i++) {
        x30.set(i, x30.get(i) * 1e30);
      }
      Batch large = Batch.of(x30, random(2, 4, 1));
      for (int i = 0; i < 3; i++) {
        NonFiniteException e = assertThrows(NonFiniteException.class, () -> m.trainOnBatch(large));
        assertTrue(
            e.getMessage().contains("weight batch_normalization/moving_variance after it"),
            e.getMessage());
      }
      assertSame(before, m.weights());
      m.trainOnBatch(Batch.of(random(1, 4, 3), random(2, 4, 1)));
    }
  }

  /** The state of a layer that no loss hangs on is an infinity where loss and gradients are not. */
  @ParameterizedTest
  @MethodSource("backends")
  void statesThatOverflowStayAsBefore(String backend) {
    Symbol frames = Input.shape(2, 4, 4, 1);
    Symbol numbers = Input.shape(3);
    ConvLSTM2D memory =
        new ConvLSTM2D(2, 3)
            .stateful(true)
            .activation("linear")
            .kernelInitializer(Initializers.ones());
    Symbol told = new Dense(1).named("told").apply(numbers);
    Symbol seen = new GlobalAveragePooling2D().apply(memory.apply(frames));
    Model both = Model.of(List.of(frames, numbers), List.of(told, seen));
    try (Model m = both.backend(backend).seed(3)) {
      m.compile(Compile.with(new SGD(0.1)).loss("told", Loss.meanSquaredError()));
      Tensor good = random(1, 2, 2, 4, 4, 1);
      m.trainOnBatch(batch(good));
      Map<String, Tensor> weights = m.weights();
      Map<String, Tensor> states = m.snapshot().states();
      assertEquals(2, states.size());
      Batch large = batch(all(1e38f, 2, 2, 4, 4, 1));
      for (int i = 0; i < 3; i++) {
        NonFiniteException e = assertThrows(NonFiniteException.class, () -> m.trainOnBatch(large));
        assertTrue(
            e.getMessage().matches("step 2, .*: state conv_lstm2d/. after it is NaN or .*"),
            e.getMessage());
      }
      assertSame(weights, m.weights());
      assertSame(states, m.snapshot().states());

      NonFiniteException e =
          assertThrows(
              NonFiniteException.class, () -> m.evaluate(InMemoryDataset.of(large).batch(2)));
      assertTrue(e.getMessage().startsWith("evaluating, batch"), e.getMessage());
      assertSame(states, m.snapshot().states());
      m.trainOnBatch(batch(good));
    }
  }

  private static Batch batch(Tensor frames) {
    List<Tensor> targets = List.of(random(3, 2, 1), random(4, 2, 2));
    return new Batch(List.of(frames, random(2, 2, 3)), targets, List.of(), "given");
  }

  private static Tensor all(float value, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, value);
    }
    return t;
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach((name, t) -> assertArrayEquals(t.floats(), got.get(name).floats(), name));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theLastCheckpointIsAsItWas(String backend) throws Exception {
    SmallModels.writeArrays(dir);
    Path good = dir.resolve("good.ckpt");
    try (Model m = SmallModels.forecast()) {
      Checkpoint.save(m, good);
    }
    Object[] words = {
      "train",
      "--model",
      good,
      "--x",
      dir.resolve("x.npy"),
      "--y",
      dir.resolve("y.npy"),
      "--loss",
      "mse",
      "--optimizer",
      "sgd",
      "--learning-rate",
      "1e308",
      "--epochs",
      "2",
      "--overwrite",
      "--output",
      good,
      "--backend",
      backend
    };
    Map<String, Integer> before = Cli.contents(dir);
    Cli cli = Cli.run(words);
    assertEquals(1, cli.code(), cli::toString);
    String last = cli.errLines().get(cli.errLines().size() - 1);
    assertTrue(
        last.matches(
            "convlstm4j: step 1, batch \".*\": weight \\S+ after an update with learning rate"
                + " 1.0E308 is NaN or infinite; the model is as before.*"),
        cli::toString);
    assertEquals(before, Cli.contents(dir), "files changed");
  }
}
