package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.optim.SGD;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;

/**
 * Random networks computed in the data format that a backend prefers, against the float64 reference
 * that computes them as they are: losses, metrics, weights, predictions and states after a few
 * steps of training.
 */
class LayoutPropertiesTest {
  private static final int BATCH = 2;
  private static final int STEPS = 3;

  /** Double precision differs by the order of sums only. */
  private static final double EXACT = 1e-9;

  /** Float32 through some layers and steps; a wrong layout is off by much more. */
  private static final double FLOATS = 2e-3;

  /** By default a third of the tries. */
  private static final boolean FULL = Boolean.getBoolean("full");

  private int drawn;
  private int rewritten;
  private int tries;

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void eitherFormatGivesTheSameNumbers(@ForAll int seed, @ForAll DataFormat format) {
    if (drawn++ % 3 > 0 && !FULL) {
      return;
    }
    try (Backend plain = new ReferenceBackend();
        PreferringBackend preferring =
            new PreferringBackend(new ReferenceBackend(), Optional.of(format))) {
      PreferringBackend counted = new PreferringBackend(plain, Optional.empty());
      Map<String, Tensor> expected = results(seed, counted, DType.FLOAT64);
      Map<String, Tensor> got = results(seed, preferring, DType.FLOAT64);
      same(expected, got, EXACT);
      tries++;
      rewritten += counted.takePlanned().equals(preferring.takePlanned()) ? 0 : 1;
    }
  }

  @AfterProperty
  void enoughWereRewritten() {
    assertTrue(rewritten >= tries / 4, rewritten + " of " + tries + " networks were rewritten");
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void backendsComputeAsTheReference(@ForAll int seed) {
    if (drawn++ % 3 > 0 && !FULL) {
      return;
    }
    for (BackendProvider provider : TestBackends.providers()) {
      try (Backend reference = new ReferenceBackend();
          Backend backend = provider.start()) {
        Map<String, Tensor> expected = results(seed, reference, DType.FLOAT64);
        same(expected, results(seed, backend, DType.FLOAT32), FLOATS);
      }
    }
  }

  private static Map<String, Tensor> results(int seed, Backend backend, DType dtype) {
    Map<String, Tensor> results = new LinkedHashMap<>();
    try (Model model = RandomVideoModel.of(seed).backend(backend).dtype(dtype)) {
      model.compile(
          Compile.with(new SGD(0.02))
              .loss(Loss.meanSquaredError())
              .metrics(new MeanAbsoluteError()));
      Batch batch = batch(model, seed, dtype);
      for (int step = 0; step < STEPS; step++) {
        int n = step;
        model
            .trainOnBatch(batch)
            .forEach((name, v) -> results.put(name + " " + n, Tensor.of(new double[] {v}, 1)));
      }
      results.putAll(model.snapshot().states());
      List<Tensor> outputs = model.predict(batch.inputs().get(0));
      for (int k = 0; k < outputs.size(); k++) {
        results.put("output " + k, outputs.get(k));
      }
      results.putAll(model.weights());
    }
    assertEquals(0, backend.memory().liveBytes());
    return results;
  }

  private static Batch batch(Model model, int seed, DType dtype) {
    List<Tensor> targets = new ArrayList<>();
    for (Symbol s : model.network().outputs()) {
      targets.add(random(s.shape(), seed + 1 + targets.size(), dtype));
    }
    Tensor x = random(model.network().inputs().get(0).shape(), seed, dtype);
    return new Batch(List.of(x), targets, List.of(), "random");
  }

  private static Tensor random(Shape shape, long seed, DType dtype) {
    return Apply.tensor(shape.with(0, BATCH), seed).cast(dtype);
  }

  private static void same(Map<String, Tensor> expected, Map<String, Tensor> got, double close) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach(
        (name, e) -> {
          Tensor g = got.get(name);
          assertEquals(e.shape(), g.shape(), name);
          for (int i = 0; i < e.size(); i++) {
            double most = close * Math.max(1, Math.abs(e.get(i)));
            assertEquals(e.get(i), g.get(i), most, name + "[" + i + "]");
          }
        });
  }
}
