package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.cli.article.Architectures;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Frames;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Add;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvGRU2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GRU;
import convlstm4j.layer.GlobalAveragePooling2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.model.Sequential;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Predictions some frames at a time against those of all frames at once. */
class StretchesTest {
  private static final int LONG = 40;
  static final int BATCH = 2;
  static final int STEPS = 7;
  private static final int RANDOM = Integer.getInteger("stretches.runs", 12);
  private static int turn;
  private static final long SEED = Long.getLong("seed", 20151206);

  /** Sums may be in another order where layouts differ. */
  private static final double CLOSE = 2e-5;

  record Case(String name, boolean wants, Supplier<Model> model) {}

  static Symbol video() {
    return Input.named("video", Input.ANY, 6, 5, 3);
  }

  static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** Over the frames around each. */
  static Conv3D window(int filters, int frames) {
    return new Conv3D(filters, frames, 1, 2).padding(Padding.SAME);
  }

  static Symbol scores(Symbol x) {
    return new TimeDistributed(new Dense(2)).apply(new TimeDistributed(new Flatten()).apply(x));
  }

  static Model one(Symbol input, Symbol... outputs) {
    return Model.of(List.of(input), List.of(outputs));
  }

  /** With the name, whether all of it runs in stretches. */
  static List<Case> cases() {
    return List.of(
        new Case(
            "each frame by itself",
            true,
            () ->
                Sequential.of(
                    video(),
                    new TimeDistributed(new Conv2D(4, 3).padding(Padding.SAME)),
                    new BatchNormalization(),
                    new AveragePooling3D(1, 2, 2),
                    new TimeDistributed(new GlobalAveragePooling2D()))),
        new Case(
            "the last step only",
            true,
            () -> {
              Symbol v = video();
              return one(
                  v,
                  new Dense(2)
                      .apply(new Flatten().apply(new ConvLSTM2D(3, 3).apply(memory(2).apply(v)))));
            }),
        new Case(
            "vectors",
            true,
            () ->
                Sequential.of(
                    Input.named("x", Input.ANY, 5),
                    new LSTM(4).returnSequences(true),
                    new GRU(3).returnSequences(true),
                    new Dense(2))),
        new Case(
            "gated",
            true,
            () -> {
              Symbol v = video();
              return one(
                  v,
                  scores(new ConvGRU2D(3, 3).padding(Padding.SAME).returnSequences(true).apply(v)));
            }),
        new Case(
            "states handed on",
            true,
            () -> {
              Symbol v = video();
              List<Symbol> all = memory(3).returnState(true).applyAll(Arguments.of(List.of(v)));
              Symbol y =
                  memory(3)
                      .on(new Add().apply(all.get(0), all.get(0)))
                      .initialState(all.get(1), all.get(2))
                      .outputs()
                      .get(0);
              return one(v, scores(y), all.get(2));
            }),
        new Case(
            "initial states",
            true,
            () -> {
              Symbol v = video();
              Symbol h = Input.named("h", 6, 5, 2);
              Symbol c = Input.named("c", 6, 5, 2);
              return Model.of(
                  List.of(v, h, c),
                  List.of(scores(memory(2).on(v).initialState(h, c).outputs().get(0))));
            }),
        new Case(
            "a mask with zeros",
            true,
            () -> {
              Symbol v = video();
              Symbol m = Input.named("mask", STEPS);
              return Model.of(
                  List.of(v, m),
                  List.of(memory(2).zeroOutputForMask(true).on(v).mask(m).outputs().get(0)));
            }),
        new Case(
            "a mask that repeats",
            false,
            () -> {
              Symbol v = video();
              Symbol m = Input.named("mask", STEPS);
              return Model.of(
                  List.of(v, m),
                  List.of(memory(2).apply(memory(2).on(v).mask(m).outputs().get(0))));
            }),
        new Case(
            "stateful",
            true,
            () -> {
              Symbol v = Input.batchShape(BATCH, Input.ANY, 6, 5, 3);
              return one(v, scores(memory(2).stateful(true).apply(v)));
            }),
        new Case(
            "bidirectional",
            false,
            () -> {
              Symbol v = video();
              Symbol x = new Bidirectional(memory(2)).apply(memory(2).apply(v));
              return one(v, scores(memory(3).apply(x)));
            }),
        new Case(
            "a window over time",
            false,
            () -> {
              Symbol v = video();
              Symbol x = memory(2).apply(v);
              return one(v, memory(2).apply(window(3, 3).apply(x)), scores(x));
            }),
        new Case(
            "windows over time, one behind the other, beside what does not look ahead",
            false,
            () -> {
              Symbol v = video();
              Symbol x = memory(3).apply(window(3, 2).apply(v));
              x = new Concatenate().apply(new Add().apply(window(3, 3).apply(x), x), v);
              return one(v, window(1, 2).apply(x), scores(x));
            }),
        new Case(
            "several inputs, a shared layer",
            true,
            () -> {
              Symbol left = Input.named("left", Input.ANY, 6, 5, 3);
              Symbol right = Input.named("right", Input.ANY, 6, 5, 3);
              ConvLSTM2D shared = memory(2);
              Symbol x = new Concatenate().apply(shared.apply(left), shared.apply(right));
              return Model.of(List.of(left, right), List.of(scores(x)));
            }),
        new Case(
            "a model inside",
            true,
            () -> {
              Symbol v = video();
              Model inner = Sequential.of(Input.named("in", Input.ANY, 6, 5, 3), memory(2));
              Symbol x = inner.asLayer().apply(v);
              return one(v, scores(x));
            }),
        new Case(
            "sequences of sequences",
            true,
            () -> {
              Symbol v = Input.named("x", Input.ANY, 3, 4);
              Symbol x = new TimeDistributed(new LSTM(3).returnSequences(true)).apply(v);
              return one(v, new TimeDistributed(new LSTM(2)).apply(x));
            }));
  }

  @TestFactory
  Stream<DynamicTest> asAtOnce() {
    List<DynamicTest> tests = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (Case c : cases()) {
        tests.add(
            DynamicTest.dynamicTest(provider.name() + ": " + c.name(), () -> check(provider, c)));
      }
    }
    return tests.stream();
  }

  /** By default one of them, the next one each time. */
  private static List<Integer> some(Integer... stretches) {
    return Boolean.getBoolean("full")
        ? List.of(stretches)
        : List.of(stretches[turn++ % stretches.length]);
  }

  private static void check(BackendProvider provider, Case c) {
    try (Backend backend = provider.start()) {
      try (Model model = c.model.get().backend(backend).seed(5)) {
        List<Tensor> inputs = inputs(model, STEPS, 1);
        RunPlan plan =
            model.stretch(1).plan(false, inputs.stream().map(Tensor::shape).toArray(Shape[]::new));
        assertEquals(c.wants, plan.whole().isEmpty(), plan.toString());
        assertTrue(plan.isStretched(), plan.toString());
        same(provider, model, inputs, some(1, 2, 3, 5));
      }
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  /** Twice in a row, so that states of stateful layers go on. */
  private static void same(
      BackendProvider provider, Model model, List<Tensor> inputs, List<Integer> stretches) {
    Tensor[] x = inputs.toArray(Tensor[]::new);
    model.resetStates();
    model.stretch(1_000_000);
    List<List<Tensor>> expected = List.of(model.predict(x), model.predict(x));
    for (int k : stretches) {
      model.resetStates();
      model.stretch(k);
      List<List<Tensor>> got =
          List.of(model.predict(x), model.predict(inputs.stream().map(Frames::of).toList()));
      for (int run = 0; run < 2; run++) {
        for (int i = 0; i < expected.get(run).size(); i++) {
          same(
              provider.name() + " k=" + k + " run " + run + " output " + i,
              expected.get(run).get(i),
              got.get(run).get(i),
              provider.name().equals("reference") ? 0 : CLOSE);
        }
      }
    }
  }

  private static void same(String what, Tensor expected, Tensor got, double close) {
    assertEquals(expected.shape(), got.shape(), what);
    for (int i = 0; i < expected.size(); i++) {
      double most = close * Math.max(1, Math.abs(expected.get(i)));
      assertEquals(expected.get(i), got.get(i), most, what + " [" + i + "]");
    }
  }

  static List<Tensor> inputs(Model model, int steps, long seed) {
    Random random = new Random(seed);
    List<Tensor> all = new ArrayList<>();
    for (Symbol s : model.network().inputs()) {
      Shape shape = s.shape().with(0, BATCH);
      shape = shape.dim(1) == Shape.UNKNOWN ? shape.with(1, steps) : shape;
      Tensor t = Tensor.zeros(DType.FLOAT32, shape);
      boolean mask = shape.rank() == 2;
      for (int i = 0; i < t.size(); i++) {
        t.set(i, mask ? random.nextInt(2) : random.nextGaussian());
      }
      all.add(t);
    }
    return all;
  }

  @TestFactory
  Stream<DynamicTest> theArticlesModel() {
    return TestBackends.providers().stream()
        .map(p -> DynamicTest.dynamicTest(p.name(), () -> article(p)));
  }

  private static void article(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      int side = provider.name().equals("cuda") ? 16 : 48;
      List<String> genres = List.of("comedy", "horror");
      try (Model model =
          Architectures.convLstm(Shape.of(3, side, side), genres, 4, 3, 8).backend(backend)) {
        Shape shape = Shape.of(1, LONG, 3, side, side);
        List<Tensor> x = inputs(model, LONG, 2).stream().map(t -> first(t, shape)).toList();
        RunPlan all = model.plan(false, shape);
        RunPlan some = model.stretch(4).plan(false, shape);
        assertTrue(some.whole().isEmpty(), some.toString());
        assertTrue(some.run() < all.run() / 3, all + "\n" + some);
        same(provider, model, x, some(1, 7, 16, LONG));
      }
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  static Tensor first(Tensor t, Shape shape) {
    Tensor y = Tensor.zeros(t.dtype(), shape);
    System.arraycopy(t.floats(), 0, y.floats(), 0, y.size());
    return y;
  }

  @Test
  void randomNetworks() {
    Map<String, Integer> stretched = new TreeMap<>();
    for (int i = 0; i < RANDOM; i++) {
      long seed = SEED + i;
      for (BackendProvider provider : TestBackends.providers()) {
        try (Backend backend = provider.start();
            Model model = RandomVideoModel.of(seed, 3 + i % 5).backend(backend)) {
          List<Tensor> x = inputs(model, STEPS, seed);
          model.stretch(1);
          boolean some = model.plan(false, x.get(0).shape()).isStretched();
          stretched.merge(provider.name(), some ? 1 : 0, Integer::sum);
          same(provider, model, x, List.of(1 + i % 4));
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              "network " + i + ", replay with -Dseed=" + SEED + ": " + e.getMessage(), e);
        }
      }
    }
    stretched.forEach(
        (provider, count) ->
            assertTrue(
                count > RANDOM / 3,
                provider + ": " + count + " of " + RANDOM + " ran in stretches"));
  }
}
