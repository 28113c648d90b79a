package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.Datasets;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.gpusim.Simulator;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.NonFiniteException;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole training step as one CUDA graph, on the simulated driver. */
class CudaStepTest {
  private static final String GRAPHS = "convlstm4j.cuda.graphs";
  private static final int SAMPLES = 2;
  private static final Shape FRAMES = Shape.of(SAMPLES, 3, 4, 5, 3);

  @AfterEach
  void forget() {
    System.clearProperty(GRAPHS);
    Simulator.schedule("forward", 0);
  }

  /** All that a step can hold: random masks, statistics, states. */
  private static Model model(boolean stateful) {
    Symbol x = Input.batchShape(FRAMES.dims());
    ConvLSTM2D memory = new ConvLSTM2D(2, 3).dropout(0.2).recurrentDropout(0.2);
    Symbol y = memory.stateful(stateful).returnSequences(true).apply(x);
    y = new Dropout(0.3).apply(new BatchNormalization().apply(y));
    return Model.of(x, new Dense(1).apply(new Flatten().apply(y)))
        .seed(5)
        .compile(
            Compile.with(new Adam(0.01))
                .loss(Loss.meanSquaredError())
                .metrics(new BinaryAccuracy()));
  }

  private static Batch batch(int number) {
    Philox random = new Philox(3, number);
    byte[] pixels = new byte[(int) FRAMES.elements()];
    float[] targets = new float[SAMPLES];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.bits(i);
    }
    for (int i = 0; i < SAMPLES; i++) {
      targets[i] = (float) random.uniform(1000 + i);
    }
    return new Batch(
        List.of(Tensor.ofPixels(pixels, FRAMES)),
        List.of(Tensor.of(targets, SAMPLES, 1)),
        List.of(),
        "batch " + number);
  }

  private static Map<String, Tensor> weightsAfter(Model m, int steps) {
    for (int i = 0; i < steps; i++) {
      m.trainOnBatch(batch(i));
    }
    return m.weights();
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    expected.forEach(
        (name, t) -> {
          for (int i = 0; i < t.size(); i++) {
            assertEquals(t.get(i), got.get(name).get(i), name + "[" + i + "]");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReplayedStepGivesTheBitsOfAPlainOne(boolean stateful) {
    Map<String, Tensor> plain;
    System.setProperty(GRAPHS, "false");
    try (Model m = model(stateful).backend("cuda")) {
      plain = weightsAfter(m, 6);
    }
    System.setProperty(GRAPHS, "true");
    for (String order : List.of("forward", "reverse", "random")) {
      Simulator.schedule(order, 23);
      try (Model m = model(stateful).backend("cuda")) {
        assertSame(plain, weightsAfter(m, 6));
      }
    }
  }

  @Test
  void replayedMasksAreThoseOfTheReference() {
    try (Model cuda = model(true).backend("cuda");
        Model reference = model(true).backend("reference")) {
      Map<String, Tensor> expected = weightsAfter(reference, 5);
      Map<String, Tensor> got = weightsAfter(cuda, 5);
      expected.forEach(
          (name, t) -> {
            for (int i = 0; i < t.size(); i++) {
              assertEquals(t.get(i), got.get(name).get(i), 1e-4, name + "[" + i + "]");
            }
          });
    }
  }

  /** Names of the calls of a step, without those that only keep streams apart. */
  private static List<String> calls() {
    return Simulator.trace().stream()
        .map(line -> line.split(" ")[0])
        .filter(name -> !name.startsWith("cuEvent") && !name.equals("cuStreamWaitEvent"))
        .toList();
  }

  /** One launch looks at all gradients, one tries the update out, one sums up what both found. */
  @Test
  void finitenessIsOneLaunchForAllWeights() {
    try (Model m = model(false)) {
      m.backend("cuda");
      Simulator.clearTrace();
      m.trainOnBatch(batch(0));
      Map<String, Long> launches =
          Simulator.trace().stream()
              .filter(call -> call.startsWith("cuLaunchKernel "))
              .collect(Collectors.groupingBy(call -> call.split(" ")[1], Collectors.counting()));
      assertEquals(2, launches.get("not_finite"), launches.toString());
      assertEquals(2, launches.get("adam_update"), launches.toString());
      assertFalse(launches.containsKey("penalty_partial"), launches.toString());
      assertEquals(1, launches.get("sum_finish"), "of the loss alone: " + launches);
    }
  }

  /** Frames and targets go up, then rates and random numbers; the losses come back. */
  @Test
  void aStepIsOneGraphAndOneReadBack() {
    try (Model m = model(false).backend("cuda").compile(lossOnly())) {
      weightsAfter(m, 2);
      Simulator.clearTrace();
      m.trainOnBatch(batch(3));
      assertEquals(
          List.of(
              "cuMemcpyHtoDAsync",
              "cuMemcpyHtoDAsync",
              "cuLaunchKernel",
              "cuMemcpyDtoDAsync",
              "cuMemcpyHtoDAsync",
              "cuMemcpyHtoDAsync",
              "cuGraphLaunch",
              "cuMemcpyDtoHAsync"),
          calls());
      String frames = "cuMemcpyHtoDAsync bytes=" + FRAMES.elements() + " ";
      assertEquals(1, Simulator.trace().stream().filter(l -> l.startsWith(frames)).count());
    }
  }

  private static Compile lossOnly() {
    return Compile.with(new Adam(0.01)).loss(Loss.meanSquaredError());
  }

  /** While a step computes, the frames of the next are on their way, on another stream. */
  @Test
  void theNextBatchGoesUpBeforeTheLossIsWaitedFor() {
    try (Model m = model(false).backend("cuda").compile(lossOnly())) {
      m.predict(batch(0).inputs().get(0));
      Simulator.clearTrace();
      m.fit(Datasets.of(List.of(1, 2, 3, 4), CudaStepTest::batch), Fit.epochs(1));
    }
    List<String> trace = Simulator.trace();
    int read = 0;
    for (int i = 0; i < trace.size(); i++) {
      if (trace.get(i).startsWith("cuGraphLaunch")) {
        String stream = trace.get(i).replaceAll(".*stream=", "");
        assertTrue(trace.get(i + 1).startsWith("cuMemcpyDtoHAsync"), trace.get(i + 1));
        String done = trace.get(i + 2).replace("cuEventRecord", "cuEventSynchronize");
        List<String> meanwhile =
            trace.subList(i + 3, i + trace.subList(i, trace.size()).indexOf(done));
        String frames = "cuMemcpyHtoDAsync bytes=" + FRAMES.elements() + " ";
        List<String> up = meanwhile.stream().filter(l -> l.startsWith(frames)).toList();
        assertEquals(read < 2 ? 1 : 0, up.size(), meanwhile.toString());
        assertTrue(up.stream().noneMatch(l -> l.endsWith(stream)), up + " is on " + stream);
        read++;
      }
    }
    assertEquals(3, read, "steps but the first are graphs");
  }

  @Test
  void aLossThatIsNotFiniteChangesNothing() {
    try (Backend backend = Backends.named("cuda");
        Model m = model(true).backend(backend)) {
      weightsAfter(m, 3);
      Map<String, Tensor> before = m.weights();
      List<Tensor> broken = new ArrayList<>(before.values());
      Tensor kernel = broken.get(0).copy();
      kernel.set(0, Double.POSITIVE_INFINITY);
      broken.set(0, kernel);
      m.setWeights(broken);
      NonFiniteException e = assertThrows(NonFiniteException.class, () -> m.trainOnBatch(batch(4)));
      assertTrue(e.getMessage().contains("step 4, batch \"batch 4\""), e.getMessage());
      assertEquals("conv_lstm2d", e.where());
      assertEquals(Double.POSITIVE_INFINITY, m.weights().values().iterator().next().get(0));
      m.setWeights(List.copyOf(before.values()));
      assertSame(before, m.weights());
      try (Model straight = model(true).backend("cuda")) {
        weightsAfter(straight, 3);
        straight.trainOnBatch(batch(4));
        m.trainOnBatch(batch(4));
        assertSame(straight.weights(), m.weights());
      }
    }
  }

  @Test
  void validationBetweenEpochsAndOtherSizesLeaveNothingBehind() {
    try (Backend backend = Backends.named("cuda");
        Model m = model(false).backend(backend)) {
      m.predict(batch(0).inputs().get(0));
      long weights = backend.memory().liveBytes();
      InMemoryDataset data =
          InMemoryDataset.of(batch(1).inputs().get(0), batch(1).targets().get(0));
      m.fit(data, Fit.epochs(4).validation(data));
      long trained = m.weights().values().stream().mapToLong(t -> 4L * t.size()).sum();
      assertTrue(backend.memory().liveBytes() <= weights + 2 * trained, "slots and weights alone");
      assertTrue(backend.memory().liveBytes() > weights);
    }
  }

  @Test
  void aStepIsStillOneGraphAfterWeightsWereSet() {
    try (Model m = model(false).backend("cuda").compile(lossOnly())) {
      List<Tensor> weights = List.copyOf(m.weights().values());
      weightsAfter(m, 3);
      m.setWeights(weights);
      Simulator.clearTrace();
      m.trainOnBatch(batch(3));
      assertEquals(1, calls().stream().filter("cuGraphLaunch"::equals).count(), calls().toString());
    }
  }

  private static Batch batch(int number, int frames) {
    Shape shape = Shape.of(SAMPLES, frames, 4, 5, 3);
    Philox random = new Philox(3, number);
    return new Batch(
        List.of(Tensor.of(floats(random, (int) shape.elements()), shape.dims())),
        List.of(Tensor.of(floats(random.stream(1, 0), SAMPLES), SAMPLES, 1)),
        List.of(),
        "batch " + number);
  }

  private static float[] floats(Philox random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.uniform(i);
    }
    return values;
  }

  /** Takes videos of any length. */
  private static Model anyLength() {
    Symbol x = Input.shape(Input.ANY, 4, 5, 3);
    Symbol y = new ConvLSTM2D(2, 3).returnSequences(false).apply(x);
    return Model.of(x, new Dense(1).apply(new Flatten().apply(y))).seed(5).compile(lossOnly());
  }

  private static long launchesOfGraphs() {
    return calls().stream().filter("cuGraphLaunch"::equals).count();
  }

  private static long graphs() {
    return Simulator.liveObjects().stream().filter(o -> o.startsWith("graph exec")).count();
  }

  /** One plain step of each length, then graphs; before, every change of length lost the graph. */
  @Test
  void eachLengthHasItsGraph() {
    Map<String, Tensor> plain;
    System.setProperty(GRAPHS, "false");
    try (Model m = anyLength().backend("cuda")) {
      for (int i = 0; i < 12; i++) {
        m.trainOnBatch(batch(i, 2 + i % 3));
      }
      plain = m.weights();
    }
    System.setProperty(GRAPHS, "true");
    try (Model m = anyLength().backend("cuda")) {
      Simulator.clearTrace();
      for (int i = 0; i < 12; i++) {
        m.trainOnBatch(batch(i, 2 + i % 3));
      }
      assertEquals(12 - 3, launchesOfGraphs());
      assertEquals(3, graphs());
      assertSame(plain, m.weights());
    }
  }

  @Test
  void theLengthUsedLongestAgoGoes() {
    try (Model m = anyLength().backend("cuda")) {
      for (int i = 0; i < 14; i++) {
        m.trainOnBatch(batch(i, 2 + i / 2));
      }
      assertEquals(4, graphs());
      Simulator.clearTrace();
      m.trainOnBatch(batch(0, 2 + 6)); // the last
      m.trainOnBatch(batch(0, 2 + 3)); // the last but three
      assertEquals(2, launchesOfGraphs());
      m.trainOnBatch(batch(0, 2));
      assertEquals(2, launchesOfGraphs());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void evaluationAndPredictionBetweenStepsLoseNoGraph(boolean stateful) {
    try (Model m = model(stateful).backend("cuda");
        Model straight = model(stateful).backend("cuda")) {
      weightsAfter(m, 2);
      weightsAfter(straight, 6);
      InMemoryDataset data =
          InMemoryDataset.of(batch(1).inputs().get(0), batch(1).targets().get(0));
      for (int i = 2; i < 6; i++) {
        m.setStatesAside();
        m.evaluate(data);
        m.predict(batch(9).inputs().get(0));
        Simulator.clearTrace();
        m.trainOnBatch(batch(i));
        assertEquals(1, launchesOfGraphs(), "step " + i);
      }
      assertSame(straight.weights(), m.weights());
    }
  }

  /** What is kept for one length goes where another would not fit beside it. */
  @Test
  void graphsGoBeforeMemoryRunsOut() {
    long one;
    try (Backend backend = Backends.named("cuda");
        Model m = anyLength().backend(backend)) {
      m.trainOnBatch(batch(0, 40));
      one = Simulator.deviceBytes();
    }
    Simulator.setDevice(true, 13000, 90, one * 3 / 2);
    try (Model m = anyLength().backend("cuda")) {
      for (int i = 0; i < 6; i++) {
        m.trainOnBatch(batch(i, 40 - i / 3));
        assertEquals(i % 3 == 0 ? 0 : 1, graphs(), "step " + i + ", the other length's is gone");
      }
    } finally {
      Simulator.reset();
    }
  }
}
