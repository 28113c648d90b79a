package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.execution.Profile;
import convlstm4j.gpusim.Simulator;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.GlobalAveragePooling3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.model.Compile;
import convlstm4j.model.MemoryEstimate;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.option.DataFormat;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the backend {@code cuda} says about its time and memory, on the simulated driver. */
class CudaProfileTest {
  private static final Shape FRAMES = Shape.of(2, 6, 24, 20, 4);
  private static final double MOST_OFF = 0.02;

  private static final boolean FULL = Boolean.getBoolean("full");

  /** What there is, of what is needed. */
  private static final List<Integer> PERCENTS =
      FULL ? List.of(60, 90, 97, 99, 102, 110) : List.of(60, 97, 102);

  /** Names and networks on frames {@link #FRAMES}. */
  private static final Map<String, Function<Symbol, Symbol>> NETWORKS =
      Map.of(
          "two ConvLSTMs",
          x -> {
            Symbol y = new ConvLSTM2D(16, 3).padding("same").returnSequences(true).apply(x);
            y = new BatchNormalization().apply(y);
            return new ConvLSTM2D(8, 3).padding("same").returnSequences(true).apply(y);
          },
          "channels first",
          x ->
              new ConvLSTM2D(12, 5)
                  .dataFormat(DataFormat.CHANNELS_FIRST)
                  .padding("same")
                  .returnSequences(true)
                  .apply(x),
          "dropout and peepholes",
          x ->
              new ConvLSTM2D(8, 4)
                  .padding("same")
                  .dropout(0.2)
                  .recurrentDropout(0.2)
                  .returnSequences(true)
                  .apply(x),
          "Conv3D and pooling",
          x -> new MaxPooling3D(1, 2, 2).apply(new Conv3D(16, 3, 3, 3).padding("same").apply(x)),
          "both directions",
          x ->
              new Bidirectional(new ConvLSTM2D(8, 3).padding("same").returnSequences(true))
                  .apply(x));

  @AfterEach
  void forget() {
    Simulator.reset();
  }

  private static Model model(String network) {
    Symbol x = Input.shape(Input.ANY, 24, 20, 4);
    Symbol y = new GlobalAveragePooling3D().apply(NETWORKS.get(network).apply(x));
    return Model.of(x, new Dense(3).apply(y)).seed(5).compile(new Adam(), Loss.meanSquaredError());
  }

  private static Batch batch(int seed, Shape frames) {
    return new Batch(
        List.of(floats(frames, new Philox(seed, 0))),
        List.of(floats(Shape.of(frames.dim(0), 3), new Philox(seed, 1))),
        List.of(),
        "batch " + seed);
  }

  private static Tensor floats(Shape shape, Philox random) {
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.uniform(i);
    }
    return Tensor.of(values, shape.dims());
  }

  private static void close(long estimate, long taken) {
    assertTrue(
        Math.abs(estimate - taken) <= MOST_OFF * taken,
        "estimated " + estimate + " bytes, taken " + taken);
  }

  @TestFactory
  Stream<DynamicTest> estimatesAreWhatATrainingTakes() {
    return NETWORKS.keySet().stream()
        .map(
            n ->
                DynamicTest.dynamicTest(
                    n,
                    () -> {
                      try (Model m = model(n).backend("cuda")) {
                        long estimate = m.memoryEstimate(true, FRAMES).total();
                        for (int i = 0; i < 3; i++) {
                          m.trainOnBatch(batch(i, FRAMES));
                        }
                        close(estimate, Simulator.deviceBytes());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> estimatesAreWhatAPredictionTakes() {
    return NETWORKS.keySet().stream()
        .map(
            n ->
                DynamicTest.dynamicTest(
                    n,
                    () -> {
                      try (Model m = model(n).backend("cuda")) {
                        long estimate = m.memoryEstimate(false, FRAMES).total();
                        m.predict(batch(1, FRAMES).inputs().get(0));
                        close(estimate, Simulator.deviceBytes());
                      }
                    }));
  }

  /**
   * A step that does not fit at once runs in stretches; one that does not fit so either is refused
   * before anything of it is done. By default a network that can run in stretches, and one that
   * cannot.
   */
  @TestFactory
  Stream<DynamicTest> whatDoesNotFitIsRefusedBeforeTheStep() {
    return (FULL ? NETWORKS.keySet() : List.of("channels first", "Conv3D and pooling"))
        .stream().map(n -> DynamicTest.dynamicTest(n, () -> fits(n)));
  }

  private static void fits(String network) {
    MemoryEstimate e;
    try (Model m = model(network).backend("cuda")) {
      e = m.memoryEstimate(true, FRAMES);
    }
    int least = 0;
    for (int percent : PERCENTS) {
      Simulator.setDevice(true, 13000, 90, e.total() * percent / 100);
      try (Backend backend = Backends.named("cuda");
          Model m = model(network).backend(backend)) {
        boolean stretched = m.plan(true, FRAMES).isStretched();
        Simulator.clearTrace();
        try {
          for (int i = 0; i < 3; i++) {
            m.trainOnBatch(batch(i, FRAMES));
          }
          assertTrue(stretched ? percent < 102 : percent > 97, "ran with " + percent + " %");
          least = least == 0 ? percent : least;
        } catch (BackendException refused) {
          assertEquals(0, least, percent + " %: " + refused.getMessage());
          assertTrue(
              refused.getMessage().contains("a step on inputs of shape"), refused.getMessage());
          assertEquals(0, m.progress().step());
          assertEquals(
              0,
              Simulator.trace().stream().filter(l -> l.startsWith("cudnnConvolution")).count(),
              "begun with " + percent + " %");
        }
      }
    }
    assertTrue(least > 0, "never ran");
  }

  /** Where the fastest algorithms' workspace does not fit, others compute the model. */
  @Test
  void aModelThatFitsWithLessWorkspaceRuns() {
    Map<String, Tensor> expected;
    long needed;
    try (Model m = rounding()) {
      needed = m.memoryEstimate(true, FRAMES).total();
      m.trainOnBatch(batch(1, FRAMES));
      expected = m.weights();
    }
    Simulator.setDevice(true, 13000, 90, needed * 9 / 10);
    try (Model m = rounding()) {
      m.trainOnBatch(batch(1, FRAMES));
      m.weights()
          .forEach(
              (name, t) -> {
                for (int i = 0; i < t.size(); i++) {
                  assertEquals(expected.get(name).get(i), t.get(i), 1e-2, name);
                }
              });
    }
    Simulator.setDevice(true, 13000, 90, needed / 10);
    try (Model m = rounding()) {
      BackendException e =
          assertThrows(BackendException.class, () -> m.trainOnBatch(batch(1, FRAMES)));
      assertTrue(e.getMessage().contains("a step on inputs of shape"), e.getMessage());
    }
  }

  /** Winograd and FFT, which may be used here, want much workspace. */
  private static Model rounding() {
    return model("two ConvLSTMs").backend("cuda").precision(ProductPrecision.TF32);
  }

  /** Videos of bytes wait as bytes for their turn. */
  @Test
  void roomForPixelsIsCountedAsTheyLie() {
    long taken;
    try (Model m = pooled().backend("cuda")) {
      trainOnPixels(m);
      taken = Simulator.deviceBytes();
    }
    Simulator.setDevice(true, 13000, 90, taken * 103 / 100);
    try (Model m = pooled().backend("cuda")) {
      trainOnPixels(m);
    }
    Simulator.setDevice(true, 13000, 90, taken * 97 / 100);
    try (Model m = pooled().backend("cuda")) {
      BackendException e = assertThrows(BackendException.class, () -> trainOnPixels(m));
      assertTrue(e.getMessage().contains("a step on inputs of shape"), e.getMessage());
    }
  }

  /** Nearly all that it takes is the batch. */
  private static Model pooled() {
    Symbol x = Input.shape(Input.ANY, 96, 100, 4);
    Symbol y = new Dense(3).apply(new GlobalAveragePooling3D().apply(x));
    return Model.of(x, y).seed(5).compile(new Adam(), Loss.meanSquaredError());
  }

  private static void trainOnPixels(Model m) {
    Shape frames = Shape.of(2, 6, 96, 100, 4);
    for (int i = 0; i < 3; i++) {
      Batch floats = batch(i, FRAMES);
      m.trainOnBatch(
          new Batch(
              List.of(Tensor.ofPixels(new byte[(int) frames.elements()], frames)),
              floats.targets(),
              List.of(),
              "pixels " + i));
    }
  }

  private static List<Profile.Line> profiled(List<String> trace) {
    Profile profile = new Profile();
    try (Model m = model("two ConvLSTMs").backend("cuda").profile(profile)) {
      Simulator.clearTrace();
      m.trainOnBatch(batch(1, FRAMES));
      trace.addAll(Simulator.trace());
    }
    return profile.lines();
  }

  /** The simulated device's clock is the same in every run, that of the host is not. */
  @Test
  void aProfileIsMeasuredByTheDevicesClock() {
    List<String> trace = new ArrayList<>();
    List<Profile.Line> lines = profiled(trace);
    Simulator.reset();
    assertEquals(lines, profiled(new ArrayList<>()));
    long measured = trace.stream().filter(l -> l.startsWith("cuEventElapsedTime")).count();
    long backward = lines.stream().filter(l -> l.backwardMillis() > 0).count();
    assertEquals(lines.size() + backward, measured);
    assertTrue(lines.stream().allMatch(l -> l.forwardMillis() > 0), lines.toString());
  }

  /** Both are the plain steps of a training that is measured. */
  @Test
  void aProfiledTrainingComputesTheSame() {
    Map<String, Tensor> plain;
    Compile how = Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError());
    try (Model m = model("both directions").backend("cuda").compile(how)) {
      m.trainOnBatch(batch(1, FRAMES));
      plain = m.weights();
    }
    try (Model m = model("both directions").backend("cuda").compile(how).profile(new Profile())) {
      m.trainOnBatch(batch(1, FRAMES));
      m.weights()
          .forEach(
              (name, t) -> {
                for (int i = 0; i < t.size(); i++) {
                  assertEquals(plain.get(name).get(i), t.get(i), name);
                }
              });
    }
  }
}
