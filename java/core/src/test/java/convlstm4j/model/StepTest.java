package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.model.Mini.DenseLayer;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.optim.Adam;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.Regularizer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one step does to the weights. Plain SGD with rate 1 in float64 shows the gradient. */
class StepTest {
  private final Backend backend = Backends.named("reference");

  @AfterEach
  void close() {
    backend.close();
  }

  static Tensor random(long stream, long... dims) {
    Shape s = Shape.of(dims);
    Tensor t = Tensor.zeros(DType.FLOAT64, s);
    Philox random = new Philox(23, stream);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.normal(i));
    }
    return t;
  }

  /** Zeros and ones. */
  static Tensor labels(long stream, long... dims) {
    Tensor t = random(stream, dims);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, t.get(i) > 0 ? 1 : 0);
    }
    return t;
  }

  /** Weights before minus weights after a step of rate 1: the gradient of the total loss. */
  static Map<String, double[]> gradient(Model m, Batch batch) {
    Map<String, Tensor> before = m.weights();
    m.trainOnBatch(batch);
    Map<String, double[]> g = new LinkedHashMap<>();
    m.weights()
        .forEach(
            (name, t) -> {
              double[] d = before.get(name).doubles();
              for (int i = 0; i < d.length; i++) {
                d[i] -= t.get(i);
              }
              g.put(name, d);
            });
    return g;
  }

  private Model model(Compile compile, Symbol input, Symbol... outputs) {
    return Model.of(input, outputs).backend(backend).dtype(DType.FLOAT64).seed(3).compile(compile);
  }

  private Model chain(Loss loss) {
    Symbol in = Mini.input("x", 3);
    Symbol out =
        Mini.dense(1, Activation.SIGMOID)
            .named("out")
            .apply(Mini.dense(4, Activation.TANH).named("hidden").apply(in));
    return model(Compile.with(new SGD(1)).loss(loss), in, out);
  }

  @Test
  void sampleWeightsEqualDuplicates() {
    Tensor x = random(1, 3, 3);
    Tensor y = labels(2, 3, 1);
    Batch weighted =
        new Batch(
            List.of(x), List.of(y), List.of(Tensor.of(new double[] {1, 3, 0}, 3)), "weighted");
    Tensor xs = Tensor.zeros(DType.FLOAT64, Shape.of(4, 3));
    Tensor ys = Tensor.zeros(DType.FLOAT64, Shape.of(4, 1));
    for (int i = 0; i < 4; i++) {
      int from = i == 0 ? 0 : 1;
      System.arraycopy(x.doubles(), from * 3, xs.doubles(), i * 3, 3);
      ys.set(i, y.get(from));
    }
    Map<String, double[]> a = gradient(chain(Loss.binaryCrossentropy()), weighted);
    Map<String, double[]> b = gradient(chain(Loss.binaryCrossentropy()), Batch.of(xs, ys));
    // The loss is divided by the number of samples: 3 and 4.
    for (String name : a.keySet()) {
      for (int i = 0; i < a.get(name).length; i++) {
        assertEquals(b.get(name)[i] * 4, a.get(name)[i] * 3, 1e-12, name);
      }
    }
  }

  @Test
  void classWeightsMultiplySampleWeights() {
    Tensor x = random(1, 5, 3);
    Tensor y = labels(2, 5, 1);
    double[] given = {0.5, 1, 2, 1.5, 3};
    double[] both = given.clone();
    for (int i = 0; i < 5; i++) {
      both[i] *= y.get(i) == 1 ? 4 : 0.25;
    }
    Model a = chain(Loss.binaryCrossentropy());
    Model b = chain(Loss.binaryCrossentropy());
    Batch one = new Batch(List.of(x), List.of(y), List.of(Tensor.of(given, 5)), "one");
    a.fit(InMemoryDataset.of(one), Fit.epochs(1).classWeights("out", Map.of(0, 0.25, 1, 4.0)));
    b.trainOnBatch(new Batch(List.of(x), List.of(y), List.of(Tensor.of(both, 5)), "both"));
    assertSame(b.weights(), a.weights(), 0);
    Model plain = chain(Loss.binaryCrossentropy());
    plain.trainOnBatch(one);
    assertNotEquals(plain.weights().get("out/kernel").get(0), a.weights().get("out/kernel").get(0));
  }

  @Test
  void classWeightsOfOneHotAndSparseTargetsAgree() {
    Tensor x = random(1, 5, 2, 3);
    Tensor oneHot = Tensor.zeros(DType.FLOAT64, Shape.of(5, 2, 4));
    Tensor sparse = Tensor.zeros(DType.FLOAT64, Shape.of(5, 2));
    for (int i = 0; i < 10; i++) {
      int c = (i * 7 + 1) % 4;
      oneHot.set(i * 4 + c, 1);
      sparse.set(i, c);
    }
    List<Map<String, Tensor>> weights = new ArrayList<>();
    for (boolean asSparse : new boolean[] {false, true}) {
      Symbol in = Mini.input("x", 2, 3);
      Loss loss = asSparse ? Loss.sparseCategoricalCrossentropy() : Loss.categoricalCrossentropy();
      Model m =
          model(
              Compile.with(new SGD(1)).loss(loss),
              in,
              Mini.dense(4, Activation.SOFTMAX).named("out").apply(in));
      m.fit(
          InMemoryDataset.of(x, asSparse ? sparse : oneHot),
          Fit.epochs(1).classWeights(Map.of(1, 5.0, 3, 0.0)));
      weights.add(m.weights());
    }
    assertSame(weights.get(0), weights.get(1), 1e-12);
  }

  @Test
  void weightsPerTimeStepAct() {
    Tensor x = random(1, 2, 3, 3);
    Tensor y = labels(2, 2, 3, 1);
    Tensor perStep = Tensor.of(new double[] {1, 1, 1, 2, 2, 2}, 2, 3);
    Tensor perSample = Tensor.of(new double[] {1, 2}, 2);
    List<Map<String, Tensor>> weights = new ArrayList<>();
    for (Tensor w : List.of(perStep, perSample)) {
      Symbol in = Mini.input("x", 3, 3);
      Model m =
          model(
              Compile.with(new SGD(1)).loss(Loss.binaryCrossentropy()),
              in,
              Mini.dense(1, Activation.SIGMOID).named("out").apply(in));
      m.trainOnBatch(new Batch(List.of(x), List.of(y), List.of(w), "w"));
      weights.add(m.weights());
    }
    assertSame(weights.get(0), weights.get(1), 0);
  }

  @Test
  void severalOutputsAddUp() {
    Batch batch =
        new Batch(
            List.of(random(1, 6, 3)),
            List.of(labels(2, 6, 1), random(3, 6, 2)),
            List.of(),
            "two targets");
    Map<String, double[]> both = gradient(twoHeads(0.7, 2.5), batch);
    Map<String, double[]> first = gradient(twoHeads(1, 0), batch);
    Map<String, double[]> second = gradient(twoHeads(0, 1), batch);
    for (String name : both.keySet()) {
      double[] sum = new double[both.get(name).length];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = 0.7 * first.get(name)[i] + 2.5 * second.get(name)[i];
      }
      assertArrayEquals(sum, both.get(name), 1e-12, name);
    }
    assertTrue(Math.abs(both.get("trunk/kernel")[0]) > 1e-6);
    assertArrayEquals(new double[4], second.get("genre/kernel"), "no gradient without loss");
  }

  private Model twoHeads(double genre, double motion) {
    Symbol in = Mini.input("x", 3);
    Symbol trunk = Mini.dense(4, Activation.TANH).named("trunk").apply(in);
    return model(
        Compile.with(new SGD(1))
            .loss("genre", Loss.binaryCrossentropy())
            .loss("motion", Loss.meanSquaredError())
            .lossWeight("genre", genre)
            .lossWeight("motion", motion)
            .metrics("motion", new MeanAbsoluteError()),
        in,
        Mini.dense(1, Activation.SIGMOID).named("genre").apply(trunk),
        Mini.dense(2, Activation.LINEAR).named("motion").apply(trunk));
  }

  @Test
  void logsAreNamedAsByKeras() {
    Model m = twoHeads(0.7, 2.5);
    Batch batch =
        new Batch(
            List.of(random(1, 6, 3)),
            List.of(labels(2, 6, 1), random(3, 6, 2)),
            List.of(),
            "two targets");
    Map<String, Double> before = m.evaluate(InMemoryDataset.of(batch));
    assertEquals(
        List.of("loss", "genre_loss", "motion_loss", "motion_mean_absolute_error"),
        List.copyOf(before.keySet()));
    assertEquals(
        0.7 * before.get("genre_loss") + 2.5 * before.get("motion_loss"),
        before.get("loss"),
        1e-12);
    Tensor motion = m.predict(batch.inputs().get(0)).get(1);
    double mae = 0;
    for (int i = 0; i < 12; i++) {
      mae += Math.abs(motion.get(i) - batch.targets().get(1).get(i)) / 12;
    }
    assertEquals(mae, before.get("motion_mean_absolute_error"), 1e-12);
    // trainOnBatch reports what was before the update; batches of other sizes count by samples.
    assertEquals(before, m.trainOnBatch(batch));
    Map<String, Double> whole = m.evaluate(InMemoryDataset.of(batch));
    Map<String, Double> parts = m.evaluate(InMemoryDataset.of(batch).batch(4));
    whole.forEach((name, v) -> assertEquals(v, parts.get(name), 1e-12, name));
  }

  @Test
  void sharedLayerGetsTheGradientOfAllItsCalls() {
    DenseLayer shared = Mini.dense(3, Activation.TANH).named("shared");
    Symbol in = Mini.input("x", 3);
    Model m =
        model(
            Compile.with(new SGD(1)).loss(Loss.meanSquaredError()),
            in,
            shared.apply(shared.apply(in)));
    Batch batch = Batch.of(random(1, 4, 3), random(2, 4, 3));
    Map<String, Tensor> start = m.weights();
    double[] g = gradient(m, batch).get("shared/kernel");
    assertEquals(2, start.size());
    double h = 1e-6;
    for (int i = 0; i < 9; i++) {
      double[] loss = new double[2];
      for (int side = 0; side < 2; side++) {
        Tensor kernel = start.get("shared/kernel").copy();
        kernel.set(i, kernel.get(i) + (side == 0 ? h : -h));
        m.setWeights(List.of(kernel, start.get("shared/bias")));
        loss[side] =
            m.evaluate(InMemoryDataset.of(batch.inputs().get(0), batch.targets().get(0)))
                .get("loss");
      }
      assertEquals((loss[0] - loss[1]) / (2 * h), g[i], 1e-8);
    }
  }

  @Test
  void frozenLayersStayAsTheyAre() {
    Symbol in = Mini.input("x", 3);
    Layer hidden = Mini.dense(4, Activation.TANH).named("hidden").trainable(false);
    Model m =
        model(
            Compile.with(new Adam(0.1)).loss(Loss.binaryCrossentropy()),
            in,
            Mini.dense(1, Activation.SIGMOID).named("out").apply(hidden.apply(in)));
    Map<String, Tensor> before = m.weights();
    InMemoryDataset data = InMemoryDataset.of(random(1, 8, 3), labels(2, 8, 1));
    m.fit(data, Fit.epochs(3));
    Map<String, Tensor> after = m.weights();
    assertArrayEquals(before.get("hidden/kernel").doubles(), after.get("hidden/kernel").doubles());
    assertNotEquals(before.get("out/kernel").get(0), after.get("out/kernel").get(0));
    assertEquals(
        Set.of(
            "momentum/out/kernel", "momentum/out/bias", "velocity/out/kernel", "velocity/out/bias"),
        m.snapshot().slots().keySet());
    hidden.trainable(true);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> m.trainOnBatch(Batch.of(random(1, 5, 3), labels(2, 5, 1))));
    assertTrue(e.getMessage().contains("compile again"), e.getMessage());
    m.compile(new Adam(0.1), Loss.binaryCrossentropy());
    m.fit(data, Fit.epochs(1));
    assertNotEquals(before.get("hidden/kernel").get(0), m.weights().get("hidden/kernel").get(0));
  }

  @Test
  void regularisersCountInTheLossAndTheGradient() {
    Symbol in = Mini.input("x", 3);
    DenseLayer d =
        Mini.dense(1, Activation.LINEAR).regularizer(new Regularizer(0.2, 0.3)).named("d");
    Model m = model(Compile.with(new SGD(1)).loss(Loss.meanSquaredError()), in, d.apply(in));
    Symbol in2 = Mini.input("x", 3);
    Model plain =
        model(
            Compile.with(new SGD(1)).loss(Loss.meanSquaredError()),
            in2,
            Mini.dense(1, Activation.LINEAR).named("d").apply(in2));
    Batch batch = Batch.of(random(1, 4, 3), random(2, 4, 1));
    double[] w = m.weights().get("d/kernel").doubles();
    double penalty = 0;
    for (double v : w) {
      penalty += 0.2 * Math.abs(v) + 0.3 * v * v;
    }
    InMemoryDataset data = InMemoryDataset.of(batch);
    assertEquals(plain.evaluate(data).get("loss") + penalty, m.evaluate(data).get("loss"), 1e-12);
    double[] g = gradient(m, batch).get("d/kernel");
    double[] g0 = gradient(plain, batch).get("d/kernel");
    for (int i = 0; i < 3; i++) {
      assertEquals(g0[i] + 0.2 * Math.signum(w[i]) + 0.6 * w[i], g[i], 1e-12);
    }
  }

  static void assertSame(Map<String, Tensor> a, Map<String, Tensor> b, double tolerance) {
    assertEquals(a.keySet(), b.keySet());
    a.forEach(
        (name, t) -> {
          if (tolerance == 0) {
            assertArrayEquals(
                t.cast(DType.FLOAT64).doubles(), b.get(name).cast(DType.FLOAT64).doubles(), name);
          } else {
            assertArrayEquals(t.doubles(), b.get(name).doubles(), tolerance, name);
          }
        });
  }
}
