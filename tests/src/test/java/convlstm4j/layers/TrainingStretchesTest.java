package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.cli.article.Architectures;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ActivityRegularization;
import convlstm4j.layer.Add;
import convlstm4j.layer.AlphaDropout;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GaussianDropout;
import convlstm4j.layer.GaussianNoise;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Masking;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.SpatialDropout1D;
import convlstm4j.layer.SpatialDropout2D;
import convlstm4j.layer.SpatialDropout3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.model.RunPlan;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.option.Padding;
import convlstm4j.option.Regularizer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Training some frames at a time against steps on all frames at once. */
class TrainingStretchesTest {
  /** Else each stretch with one of {@link #BOTH} in turn. */
  private static final boolean FULL = Boolean.getBoolean("full");

  /** Whether values of the way forward are computed again on the way back. */
  private static final boolean[] BOTH = {false, true};

  private static int turn;
  private static int next;
  private static final int LONG = 40;
  private static final int RANDOM = Integer.getInteger("stretches.runs", 6);

  /** Of frames of the article's network; 0 for smaller ones where they are computed slowly. */
  private static final int SIDE = Integer.getInteger("stretches.side", 0);

  private static final long SEED = Long.getLong("seed", 20151206);

  /** Of the largest change of a weight: sums over time are in another order. */
  private static final double CLOSE = 2e-4;

  /** What two steps leave: losses, weights' changes and states by name. */
  private record Outcome(List<Map<String, Double>> logs, Map<String, Tensor> values) {}

  private static Model chain(Symbol v, Symbol x) {
    return StretchesTest.one(v, StretchesTest.scores(x));
  }

  private static List<StretchesTest.Case> cases() {
    List<StretchesTest.Case> all = new ArrayList<>(StretchesTest.cases());
    all.add(
        named(
            "normalised twice",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = new BatchNormalization().apply(StretchesTest.memory(3).apply(v));
              x = new BatchNormalization().apply(new MaxPooling3D(1, 2, 2).apply(x));
              return chain(v, StretchesTest.memory(2).apply(x));
            }));
    all.add(
        named(
            "normalised along what is pooled",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = StretchesTest.memory(2).apply(v);
              for (int axis : new int[] {3, 2}) {
                x = new BatchNormalization().axis(axis).apply(x);
                x = new MaxPooling3D(1, 2, 2).padding(Padding.SAME).apply(x);
                x = StretchesTest.memory(2).apply(x);
              }
              return chain(v, x);
            }));
    all.add(
        named(
            "normalised and not",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = StretchesTest.memory(3).apply(v);
              BatchNormalization shared = new BatchNormalization();
              Symbol y = new Add().apply(shared.apply(x), x);
              return chain(v, new Add().apply(StretchesTest.memory(3).apply(y), shared.apply(y)));
            }));
    all.add(
        named(
            "without factors, the input itself",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = new BatchNormalization().scale(false).center(false).apply(v);
              x = StretchesTest.memory(2).apply(x);
              x = new BatchNormalization().scale(false).apply(x);
              return chain(v, new BatchNormalization().center(false).apply(x));
            }));
    all.add(
        named(
            "dropout and regularisers",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x =
                  new ConvLSTM2D(3, 3)
                      .padding(Padding.SAME)
                      .returnSequences(true)
                      .kernelRegularizer(Regularizer.l2(0.01))
                      .dropout(0.2)
                      .recurrentDropout(0.2)
                      .apply(v);
              x = new Dropout(0.4).apply(new BatchNormalization().apply(x));
              x = new ActivityRegularization(0.01, 0.02).apply(x);
              return chain(v, StretchesTest.memory(2).apply(x));
            }));
    all.add(
        named(
            "windows over time around a normalisation",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = new BatchNormalization().apply(StretchesTest.window(3, 3).apply(v));
              x = new Dropout(0.3).apply(StretchesTest.memory(2).apply(x));
              return chain(v, new Add().apply(StretchesTest.window(2, 2).apply(x), x));
            }));
    all.addAll(dropping());
    all.add(
        named(
            "frozen in the middle",
            () -> {
              Symbol v = StretchesTest.video();
              ConvLSTM2D frozen = StretchesTest.memory(2);
              Symbol x = new BatchNormalization().apply(StretchesTest.memory(2).apply(v));
              x = frozen.apply(x);
              BatchNormalization last = new BatchNormalization();
              Model m = chain(v, last.apply(x));
              frozen.trainable(false);
              last.trainable(false);
              return m;
            }));
    return all;
  }

  /** What draws random numbers draws the same for a frame, with whichever others it comes. */
  private static List<StretchesTest.Case> dropping() {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("dropout", new Dropout(0.4));
    layers.put(
        "one decision for a pixel of all frames",
        new Dropout(0.4).noiseShape(Input.ANY, 1, Input.ANY, Input.ANY, 1));
    layers.put(
        "one decision for a frame, sizes given",
        new Dropout(0.4).noiseShape(StretchesTest.BATCH, StretchesTest.STEPS, 1, 1, 1));
    layers.put("dropout of each frame", new TimeDistributed(new Dropout(0.4)));
    layers.put("dropout of channels", new SpatialDropout3D(0.4));
    layers.put("dropout of channels of each frame", new TimeDistributed(new SpatialDropout2D(0.4)));
    layers.put("noise", new GaussianNoise(0.3));
    layers.put("noise as factors", new GaussianDropout(0.3));
    layers.put("dropout that keeps moments", new AlphaDropout(0.3));
    List<StretchesTest.Case> all = new ArrayList<>();
    layers.forEach(
        (name, layer) ->
            all.add(
                named(
                    name,
                    () -> {
                      Symbol v = StretchesTest.video();
                      Symbol x = layer.apply(StretchesTest.memory(3).apply(v));
                      return chain(v, StretchesTest.memory(2).apply(x));
                    })));
    all.add(
        named(
            "dropout behind a normalisation",
            () -> {
              Symbol v = StretchesTest.video();
              Symbol x = new BatchNormalization().apply(StretchesTest.memory(3).apply(v));
              x = new MaxPooling3D(1, 2, 2).apply(new Dropout(0.4).apply(x));
              return chain(v, new GaussianNoise(0.2).apply(StretchesTest.memory(2).apply(x)));
            }));
    all.add(
        named(
            "dropout of channels of vectors",
            () -> {
              Symbol v = Input.named("x", Input.ANY, 5);
              Symbol x = new LSTM(4).returnSequences(true).apply(new Dropout(0.2).apply(v));
              x = new SpatialDropout1D(0.4).apply(x);
              return Model.of(v, new Dense(2).apply(new LSTM(3).returnSequences(true).apply(x)));
            }));
    return all;
  }

  @TestFactory
  Stream<DynamicTest> dropoutWantsNoFramesAtOnce() {
    return dropping().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      try (Model m = c.model().get().backend("reference")) {
                        m.compile(Compile.with(new SGD(0.05)).loss(Loss.meanSquaredError()));
                        Shape[] x =
                            StretchesTest.inputs(m, StretchesTest.STEPS, 1).stream()
                                .map(Tensor::shape)
                                .toArray(Shape[]::new);
                        RunPlan plan = m.stretch(2).plan(true, x);
                        assertEquals(2, plan.frames());
                        assertEquals(
                            List.of(),
                            plan.whole().stream()
                                .filter(w -> !w.contains("WeightedLoss"))
                                .toList());
                      }
                    }));
  }

  private static StretchesTest.Case named(String name, Supplier<Model> model) {
    return new StretchesTest.Case(name, true, model);
  }

  @TestFactory
  Stream<DynamicTest> asAtOnce() {
    List<DynamicTest> tests = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (StretchesTest.Case c : cases()) {
        tests.add(
            DynamicTest.dynamicTest(
                provider.name() + ": " + c.name(),
                () -> {
                  try (Backend backend = provider.start()) {
                    same(
                        backend,
                        () -> c.model().get().seed(5),
                        m -> StretchesTest.inputs(m, StretchesTest.STEPS, 1),
                        isSlow(provider) ? List.of(2) : some(1, 3, 5));
                    assertEquals(0, backend.memory().liveBytes());
                  }
                }));
      }
    }
    return tests.stream();
  }

  /** By default one of them, the next one each time. */
  private static List<Integer> some(Integer... stretches) {
    return FULL ? List.of(stretches) : List.of(stretches[next++ % stretches.length]);
  }

  /** On the simulated driver. */
  private static boolean isSlow(BackendProvider provider) {
    return provider.name().equals("cuda");
  }

  private interface Inputs {
    List<Tensor> of(Model model);
  }

  private static void same(
      Backend backend, Supplier<Model> model, Inputs inputs, List<Integer> stretches) {
    Outcome expected = trained(backend, model, inputs, 0, false);
    for (int k : stretches) {
      for (boolean again : FULL ? BOTH : new boolean[] {BOTH[turn++ % 2]}) {
        Outcome got = trained(backend, model, inputs, k, again);
        same(backend.name() + " k=" + k + (again ? " again" : ""), expected, got);
      }
    }
  }

  private static void same(String what, Outcome expected, Outcome got) {
    for (int i = 0; i < expected.logs.size(); i++) {
      Map<String, Double> logs = got.logs.get(i);
      int step = i;
      expected
          .logs
          .get(i)
          .forEach(
              (name, v) ->
                  assertEquals(
                      v,
                      logs.get(name),
                      CLOSE * Math.max(1, Math.abs(v)),
                      what + " step " + step + " " + name));
    }
    assertEquals(expected.values.keySet(), got.values.keySet(), what);
    expected.values.forEach((name, t) -> same(what + " " + name, t, got.values.get(name)));
  }

  private static void same(String what, Tensor expected, Tensor got) {
    assertEquals(expected.shape(), got.shape(), what);
    double most = 1e-2;
    for (int i = 0; i < expected.size(); i++) {
      most = Math.max(most, Math.abs(expected.get(i)));
    }
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), got.get(i), CLOSE * most, what + " [" + i + "]");
    }
  }

  /** Two steps, so that states of stateful layers go on. */
  private static Outcome trained(
      Backend backend, Supplier<Model> of, Inputs inputs, int frames, boolean again) {
    try (Model model = of.get().backend(backend)) {
      Compile c = Compile.with(new SGD(0.05)).loss(Loss.meanSquaredError());
      model.compile(c.metrics(Metric.ofName("mean_absolute_error")));
      Batch batch = batch(model, inputs.of(model));
      Map<String, Tensor> before = model.weights();
      if (frames > 0) {
        model.stretch(frames);
      }
      if (again && frames < batch.inputs().get(0).shape().dim(1)) {
        model.memory(leastFor(model, batch, backend));
      }
      List<Map<String, Double>> logs = new ArrayList<>();
      logs.add(model.trainOnBatch(batch));
      logs.add(model.trainOnBatch(batch));
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .weights()
          .forEach(
              (name, t) -> {
                Tensor change = Tensor.zeros(DType.FLOAT64, t.shape());
                for (int i = 0; i < t.size(); i++) {
                  change.set(i, t.get(i) - before.get(name).get(i));
                }
                values.put(name, change);
              });
      model.snapshot().states().forEach((name, t) -> values.put("state " + name, t));
      return new Outcome(logs, values);
    }
  }

  /** So little that what is normalised is made again, where that takes less. */
  private static long leastFor(Model model, Batch batch, Backend backend) {
    Shape[] shapes = batch.inputs().stream().map(Tensor::shape).toArray(Shape[]::new);
    RunPlan least = model.memory(1).plan(true, shapes);
    return least.total() + backend.memory().liveBytes() - least.weights();
  }

  private static Batch batch(Model model, List<Tensor> inputs) {
    Random random = new Random(3);
    Tensor[] x = inputs.toArray(Tensor[]::new);
    List<Tensor> targets = new ArrayList<>();
    for (Tensor y : model.predict(x)) {
      Tensor t = Tensor.zeros(DType.FLOAT32, y.shape());
      for (int i = 0; i < t.size(); i++) {
        t.set(i, random.nextGaussian());
      }
      targets.add(t);
    }
    model.resetStates();
    return new Batch(inputs, targets, List.of(), "random");
  }

  /** Frames of zeros count neither for what remembers, nor in statistics, nor in the loss. */
  @TestFactory
  Stream<DynamicTest> masked() {
    return TestBackends.providers().stream()
        .map(p -> DynamicTest.dynamicTest(p.name(), () -> masked(p)));
  }

  private static void masked(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      same(
          backend,
          () -> {
            Symbol v = Input.named("x", Input.ANY, 5);
            Symbol x = new LSTM(4).returnSequences(true).apply(new Masking().apply(v));
            x = new LSTM(3).returnSequences(true).apply(new BatchNormalization().apply(x));
            return Model.of(v, new Dense(2).apply(x)).seed(5);
          },
          m -> {
            Tensor x = StretchesTest.inputs(m, StretchesTest.STEPS, 1).get(0).copy();
            for (int frame : new int[] {2, 5, 6}) {
              for (int i = 0; i < 5; i++) {
                x.set(frame * 5 + i, 0);
              }
            }
            return List.of(x);
          },
          isSlow(provider) ? List.of(2) : some(1, 3));
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  @TestFactory
  Stream<DynamicTest> theArticlesModel() {
    return TestBackends.providers().stream()
        .flatMap(
            p ->
                Stream.of(
                    DynamicTest.dynamicTest(p.name(), () -> article(p, false)),
                    DynamicTest.dynamicTest(p.name() + ", as written", () -> article(p, true))));
  }

  /** As it was written it normalises along the last axis, the columns, which it pools along. */
  private static Model asWritten(
      Shape frame, List<String> genres, List<Integer> filters, int branch, List<Integer> units) {
    Symbol v = Input.named("video", frame.prepend(Shape.UNKNOWN).dims());
    Symbol x = v;
    for (int f : filters) {
      x = pooled(new BatchNormalization().apply(channelsFirst(f).apply(x)));
    }
    List<Symbol> scores = new ArrayList<>();
    for (String genre : genres) {
      Symbol y = pooled(channelsFirst(branch).apply(x));
      y = new TimeDistributed(new Flatten()).apply(y);
      for (int n : units) {
        y = new Dense(n).activation("relu").apply(y);
      }
      scores.add(new Dense(1).activation("sigmoid").named(genre).apply(y));
    }
    return Model.of(List.of(v), scores);
  }

  private static Symbol pooled(Symbol x) {
    return new MaxPooling3D(1, 2, 2).padding("same").dataFormat("channels_first").apply(x);
  }

  private static ConvLSTM2D channelsFirst(int filters) {
    ConvLSTM2D layer = new ConvLSTM2D(filters, 3).padding("same").returnSequences(true);
    return layer.dataFormat("channels_first");
  }

  private static void article(BackendProvider provider, boolean asWritten) {
    int small = isSlow(provider) ? 16 : provider.name().equals("reference") ? 24 : 48;
    int side = SIDE > 0 ? SIDE : small;
    try (Backend backend = provider.start()) {
      Shape shape = Shape.of(1, LONG, 3, side, side);
      List<String> genres = List.of("comedy", "horror");
      same(
          backend,
          () ->
              (asWritten
                      ? asWritten(Shape.of(3, side, side), genres, List.of(4, 3), 3, List.of(8))
                      : Architectures.convLstm(Shape.of(3, side, side), genres, 4, 3, 8))
                  .seed(1),
          m ->
              StretchesTest.inputs(m, LONG, 2).stream()
                  .map(t -> StretchesTest.first(t, shape))
                  .toList(),
          SIDE == 0 && !provider.name().equals("onednn") ? some(7, 16) : some(1, 7, 16, LONG));
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  /**
   * What a step on frames of full size costs: nothing of its size is allocated. A plan takes time
   * for each frame: by default there is a quarter of the article's, in a third of the memory.
   */
  @Test
  void theArticlesModelAtFullSize() {
    Shape video = Shape.of(1, FULL ? 1000 : 100, 3, 400, 400);
    List<String> genres = List.of("comedy", "action", "horror", "thriller", "musical", "other");
    for (BackendProvider provider : TestBackends.providers()) {
      if (provider.name().equals("onednn")) {
        try (Model model =
            asWritten(video.from(2), genres, List.of(20, 10), 5, List.of(512, 32))
                .backend("onednn")) {
          model.compile(Compile.with(new Adam(1e-4)).loss(Loss.binaryCrossentropy()));
          long most = (FULL ? 12L : 4L) << 30;
          RunPlan plan = model.memory(most).planTraining(InputPlace.FILES, video);
          assertTrue(plan.ratio() > 1 && plan.ratio() <= 1.7, plan.toString());
          assertTrue(plan.total() <= most, plan.toString());
        }
      }
    }
  }

  @Test
  void randomNetworks() {
    Map<String, Integer> stretched = new TreeMap<>();
    for (int i = 0; i < RANDOM; i++) {
      long seed = SEED + i;
      int steps = 3 + i % 5;
      for (BackendProvider provider : TestBackends.providers()) {
        if (isSlow(provider) && i % 4 > 0) {
          continue;
        }
        try (Backend backend = provider.start()) {
          same(
              backend,
              () -> RandomVideoModel.of(seed, steps),
              m -> StretchesTest.inputs(m, StretchesTest.STEPS, seed),
              List.of(1 + i % 3));
          try (Model model = RandomVideoModel.of(seed, steps).backend(backend)) {
            model.compile(Compile.with(new SGD(0.05)).loss(Loss.meanSquaredError())).stretch(1);
            RunPlan plan =
                model.plan(true, StretchesTest.inputs(model, steps, seed).get(0).shape());
            stretched.merge(provider.name(), plan.isStretched() ? 1 : 0, Integer::sum);
          }
          assertEquals(0, backend.memory().liveBytes());
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              "network " + i + ", replay with -Dseed=" + SEED + ": " + e.getMessage(), e);
        }
      }
    }
    stretched.forEach(
        (provider, count) ->
            assertTrue(
                count > (provider.equals("cuda") ? RANDOM / 4 : RANDOM) / 3,
                provider + ": " + count + " of " + RANDOM + " ran in stretches"));
  }
}
