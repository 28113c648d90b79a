package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.layer.Layers;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random networks of 5 to 15 layers of all kinds: every backend computes and trains them as the
 * float64 reference does, and what is written to a checkpoint, an {@code .h5} and a {@code .keras}
 * comes back with every bit and trains on alike.
 */
class RandomNetworksTest {
  private static final int NETWORKS = Integer.getInteger("random.networks", 30);
  private static final long SEED = Long.getLong("seed", 20261129L);
  private static final boolean FULL = Boolean.getBoolean("full");
  private static final int STEPS = 3;

  /** Kinds that a network has in any case, so that the default number of them has all. */
  private static final int WANTED = 3;

  /** Float32 through many layers and steps. */
  private static final double FLOATS = 1e-3;

  /** More than the float32 reference is off, whose roundings are others. */
  private static final double TIMES = 10;

  /** A network in which roundings grow by more than this says little. */
  private static final double SENSITIVE = 0.01;

  private static int sensitive;

  @TempDir Path dir;

  /** A new kind of layer needs a line in RandomLayers. */
  @Test
  void areOfEveryKind() {
    assertEquals(Layers.kinds(), RandomLayers.kinds());
    assertTrue(NETWORKS * WANTED >= RandomLayers.kinds().size() || NETWORKS < 50);
  }

  @AfterAll
  static void fewAreSensitive() {
    assertTrue(sensitive <= Math.max(1, NETWORKS / 20), sensitive + " of " + NETWORKS);
  }

  @TestFactory
  Stream<DynamicTest> agreeOnEveryBackend() {
    return networks(RandomNetworksTest::agrees);
  }

  @TestFactory
  Stream<DynamicTest> goThroughFilesAndBack() {
    return networks(this::returns);
  }

  private interface Check {
    void of(int number) throws Exception;
  }

  private static Stream<DynamicTest> networks(Check check) {
    return IntStream.range(0, NETWORKS)
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    "-Dseed=" + SEED + ", network " + i + " of " + NETWORKS, () -> check.of(i)));
  }

  private static Model network(int number) {
    List<String> kinds = List.copyOf(RandomLayers.kinds());
    List<String> wanted =
        IntStream.range(0, WANTED)
            .mapToObj(k -> kinds.get((WANTED * number + k) % kinds.size()))
            .toList();
    return RandomNetwork.of(SEED + number, wanted);
  }

  private static void agrees(int number) {
    Map<String, Tensor> exact;
    List<Map<String, Tensor>> floats = new ArrayList<>();
    try (Backend reference = new ReferenceBackend()) {
      exact = trained(number, reference, DType.FLOAT64, 0);
      for (int neighbour = 0; neighbour < (FULL ? 3 : 1); neighbour++) {
        floats.add(trained(number, reference, DType.FLOAT32, neighbour));
      }
    }
    double off = 0;
    for (Map<String, Tensor> f : floats) {
      off = Math.max(off, worst(exact, f).error);
    }
    if (off > SENSITIVE) {
      sensitive++;
    }
    double most = Math.max(FLOATS, TIMES * off);
    for (BackendProvider provider : TestBackends.providers()) {
      if (!provider.name().equals("reference")) {
        try (Backend backend = provider.start()) {
          Worst w = worst(exact, trained(number, backend, DType.FLOAT32, 0));
          double reference = off;
          assertTrue(
              w.error <= most,
              () -> provider.name() + ": " + w + "; the float32 reference is off by " + reference);
          assertEquals(0, backend.memory().liveBytes());
        }
      }
    }
  }

  /** The largest difference of two runs. */
  private record Worst(String where, double error) {}

  private static Worst worst(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(expected.keySet(), got.keySet());
    Worst worst = new Worst("", 0);
    for (Map.Entry<String, Tensor> e : expected.entrySet()) {
      Tensor a = e.getValue();
      Tensor b = got.get(e.getKey());
      assertEquals(a.shape(), b.shape(), e.getKey());
      for (int i = 0; i < a.size(); i++) {
        double error = Math.abs(a.get(i) - b.get(i)) / Math.max(1, Math.abs(a.get(i)));
        if (!(error <= worst.error)) {
          worst =
              new Worst(
                  e.getKey() + "[" + i + "] is " + b.get(i) + ", expected " + a.get(i), error);
        }
      }
    }
    return worst;
  }

  /** Losses, states, predictions and weights of some steps. */
  private static Map<String, Tensor> trained(
      int number, Backend backend, DType dtype, int neighbour) {
    try (Model model = network(number).backend(backend).dtype(dtype)) {
      return steps(compiled(model, new SGD(0.02)), batch(model, dtype, neighbour));
    }
  }

  private static Model compiled(Model model, Optimizer optimizer) {
    return model.compile(Compile.with(optimizer).loss(Loss.meanSquaredError()));
  }

  private static Map<String, Tensor> steps(Model model, Batch batch) {
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (int step = 0; step < STEPS; step++) {
      int n = step;
      model
          .trainOnBatch(batch)
          .forEach((name, v) -> results.put(name + " " + n, Tensor.of(new double[] {v}, 1)));
    }
    results.putAll(model.snapshot().states());
    List<Tensor> outputs = model.predict(batch.inputs().toArray(Tensor[]::new));
    for (int k = 0; k < outputs.size(); k++) {
      results.put("output " + k, outputs.get(k));
    }
    results.putAll(model.weights());
    return results;
  }

  /** Random numbers; those of a neighbour are off by at most a rounding. */
  private static Batch batch(Model model, DType dtype, int neighbour) {
    List<Tensor> inputs = new ArrayList<>();
    List<Tensor> targets = new ArrayList<>();
    for (Symbol s : model.network().inputs()) {
      Tensor t = random(s, inputs.size(), dtype);
      for (int i = 0; neighbour > 0 && i < t.size(); i++) {
        t.set(i, t.get(i) * (1 + ((i + neighbour) % 3 - 1) * 6e-8));
      }
      inputs.add(t);
    }
    for (Symbol s : model.network().outputs()) {
      targets.add(random(s, 100 + targets.size(), dtype));
    }
    return new Batch(inputs, targets, List.of(), "random");
  }

  private static Tensor random(Symbol s, long number, DType dtype) {
    return Apply.tensor(s.shape().with(0, RandomNetwork.BATCH), SEED + number)
        .cast(DType.FLOAT32)
        .cast(dtype);
  }

  private void returns(int number) {
    List<BackendProvider> providers = TestBackends.providers();
    String backend = providers.get(number % providers.size()).name();
    Path checkpoint = dir.resolve(number + ".ckpt");
    List<Path> both = List.of(dir.resolve(number + ".h5"), dir.resolve(number + ".keras"));
    List<Path> keras = FULL ? both : List.of(both.get(number / 2 % 2)); // in turn
    Batch batch;
    Map<String, Tensor> weights;
    Map<String, Tensor> expected;
    try (Model model = compiled(network(number).backend(backend), new Adam())) {
      batch = batch(model, DType.FLOAT32, 0);
      model.trainOnBatch(batch);
      model.trainOnBatch(batch);
      weights = model.weights();
      Checkpoint.save(model, checkpoint);
      keras.forEach(file -> KerasModels.save(model, file, options(backend, model.seed())));
      expected = steps(model, batch);
    }
    try (Model back = Checkpoint.load(checkpoint, m -> m.backend(backend))) {
      same("checkpoint", weights, back.weights());
      same("checkpoint trained on", expected, steps(back, batch));
    }
    Map<String, Tensor> fromZeros;
    try (Model back = Checkpoint.load(checkpoint, m -> m.backend(backend))) {
      back.resetStates();
      fromZeros = steps(back, batch);
    }
    for (Path file : keras) {
      try (Model back = KerasModels.load(file, options(backend, SEED + number))) {
        same(file.getFileName().toString(), weights, back.weights());
        same(file.getFileName() + " trained on", fromZeros, steps(back, batch));
      }
    }
  }

  private static KerasOptions options(String backend, long seed) {
    return KerasOptions.defaults().notes(note -> {}).model(m -> m.backend(backend).seed(seed));
  }

  /** Fails unless every bit is the same. */
  private static void same(String what, Map<String, Tensor> a, Map<String, Tensor> b) {
    Worst worst = worst(a, b);
    assertEquals(new Worst("", 0), worst, what);
  }
}
