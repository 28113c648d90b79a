package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.Reshape;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trained files that users of Keras 2.3 to 3.14 published, on every backend. They are others' and
 * not part of this project: {@code -Dkeras.files.dir}, or {@code shared/keras-files} beside the
 * checkout.
 */
class KerasFilesTest {
  private static final String EXPECTED = ".expected.json";
  private static final String OTHER_WEIGHTS = "k2.4.0_weights_only_coms6998_MIT.hdf5";
  private static final String WEIGHTS_ONLY = "k2.3.1_weights_only_deepst.h5";

  /**
   * Seconds each but on the fast backend: on others only with {@code -Dfull=true}, and of the rest
   * on the simulated driver every third.
   */
  private static final Set<String> LARGE =
      Set.of("k3.11.3_sst_2c.keras", "k3.11.3_sst_2c_bn_d.keras", "k3.14.0_risk.keras");

  @TempDir Path temporary;

  private static Path folder() {
    return Path.of(
            System.getProperty(
                "keras.files.dir",
                Path.of(System.getProperty("convlstm4j.root", ".."), "..", "shared", "keras-files")
                    .toString()))
        .toAbsolutePath()
        .normalize();
  }

  private static String absent() {
    return "there is no folder " + folder() + "; set -Dkeras.files.dir";
  }

  @TestFactory
  Stream<DynamicNode> predictsAsExpected() throws IOException {
    if (!Files.isDirectory(folder())) {
      return Stream.of(
          DynamicTest.dynamicTest("no Keras files", () -> Assumptions.abort(absent())));
    }
    List<Path> expected;
    try (Stream<Path> all = Files.list(folder())) {
      expected = all.filter(p -> p.toString().endsWith(EXPECTED)).sorted().toList();
    }
    assertTrue(expected.size() >= 13, "only " + expected);
    List<DynamicNode> tests = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (Path p : expected) {
        String file = p.getFileName().toString().replace(EXPECTED, "");
        boolean slow = provider.name().equals("cuda") && expected.indexOf(p) % 3 > 0;
        if (!provider.name().equals("onednn")
            && (slow || LARGE.contains(file))
            && !Boolean.getBoolean("full")) {
          continue;
        }
        tests.add(
            DynamicTest.dynamicTest(provider.name() + " " + file, () -> check(p, file, provider)));
      }
    }
    if (TestBackends.include("reference")) { // files, once: no backend computes
      for (Path p : expected) {
        String file = p.getFileName().toString().replace(EXPECTED, "");
        tests.add(DynamicTest.dynamicTest("there and back " + file, () -> checkThereAndBack(file)));
      }
    }
    return tests.stream();
  }

  private static void check(Path expectedJson, String file, BackendProvider provider)
      throws IOException {
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(expectedJson));
    Tensor exact =
        NpyFile.open(folder().resolve((String) json.get("expected_output"))).read(DType.FLOAT64);
    KerasOptions options = KerasOptions.defaults().model(m -> m.backend(provider.name()));
    try (Model model = KerasModels.load(folder().resolve(file), options)) {
      Tensor got = model.predict(input(json)).get(0);
      assertEquals(exact.shape(), got.shape());
      checkClose(exact, got, (Map<?, ?>) json.get("tolerance"));
    }
  }

  /** Into the other format and back: equal bits. */
  private void checkThereAndBack(String file) {
    KerasOptions options = KerasOptions.defaults().model(m -> m.backend("reference"));
    boolean h5 = file.endsWith(".h5");
    Path other = temporary.resolve(file + (h5 ? ".keras" : ".h5"));
    Path back = temporary.resolve("back-" + file);
    try (Model first = KerasModels.load(folder().resolve(file), options)) {
      KerasModels.save(first, other, options);
      try (Model second = KerasModels.load(other, options)) {
        KerasModels.save(second, back, options);
      }
      try (Model third = KerasModels.load(back, options)) {
        Map<String, Tensor> expected = first.weights();
        Map<String, Tensor> actual = third.weights();
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
        expected.forEach(
            (name, w) -> assertArrayEquals(w.floats(), actual.get(name).floats(), name));
        assertEquals(json(first), json(third));
      }
    }
  }

  /** All options, but for axes: Keras 2 writes which -1 is. */
  private static String json(Model model) {
    return Architecture.toJson(model.network()).replaceAll("\"axis\" : -?[0-9]+", "axis");
  }

  /** By the formula of the files' makers. */
  private static Tensor input(Map<String, Object> json) {
    assertEquals(
        "x[i] = ((i*7919+13) mod 1009)/1009 as float32, i = C-order flat index",
        json.get("input_formula"));
    long[] dims =
        ((List<?>) json.get("input_shape"))
            .stream().mapToLong(d -> ((Number) d).longValue()).toArray();
    Shape shape = Shape.of(dims);
    float[] x = new float[(int) shape.elements()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) ((i * 7919L + 13) % 1009 / 1009.0);
    }
    return Tensor.of(x, shape);
  }

  private static void checkClose(Tensor exact, Tensor got, Map<?, ?> tolerance) {
    double max = 0;
    for (int i = 0; i < exact.size(); i++) {
      max = Math.max(max, Math.abs(exact.get(i)));
    }
    assertTrue(max > 0, "all expected values are zero");
    double allowed =
        ((Number) tolerance.get("abs")).doubleValue()
            + ((Number) tolerance.get("rel_to_max")).doubleValue() * max;
    for (int i = 0; i < exact.size(); i++) {
      double error = Math.abs(exact.get(i) - got.get(i));
      int at = i;
      assertTrue(
          error <= allowed,
          () -> "output[" + at + "] = " + got.get(at) + ", expected " + exact.get(at));
    }
  }

  /** A file of weights only: a residual network around a ConvLSTM, built by hand. */
  @Test
  void takesWeightsInOrder() {
    Assumptions.assumeTrue(Files.isDirectory(folder()), KerasFilesTest::absent);
    Assumptions.assumeTrue(
        TestBackends.include("reference") || Boolean.getBoolean("full"),
        "weights, once: no backend computes");
    Symbol input = Input.shape(8, 8, 168);
    Symbol x = conv(64, 3).apply(input);
    x = new ActivationLayer(Activation.RELU).apply(x);
    Symbol y = conv(64, 3).apply(conv(64, 3).apply(x));
    x = new ActivationLayer(Activation.RELU).apply(new Add().apply(x, y));
    x = conv(64, 3).apply(x);
    Symbol recurrent =
        new ConvLSTM2D(64, 3).padding(Padding.SAME).apply(new Reshape(64, 8, 8, 1).apply(x));
    x = new Add().apply(conv(64, 3).apply(x), recurrent);
    x = new Add().apply(x, conv(64, 1).apply(conv(64, 1).apply(x)));
    x = conv(1, 1).named("last").apply(conv(64, 1).apply(x));
    try (Model model = Model.of(input, x)) {
      KerasModels.loadWeights(model, folder().resolve(WEIGHTS_ONLY));
      Map<String, Tensor> w = model.weights();
      assertEquals(21, w.size());
      // Sums, and sums weighted by position, as numpy has them.
      checkSums(new double[] {18.91941911646677, 822546.1277724737}, w.get("conv2d/kernel"));
      checkSums(
          new double[] {-1.0066817446950154, -1472.982043530803}, w.get("conv_lstm2d/kernel"));
      checkSums(
          new double[] {34.98730356089732, 4091006.412927221},
          w.get("conv_lstm2d/recurrent_kernel"));
      checkSums(new double[] {0.018306046724319458, 0.0}, w.get("last/bias"));
    }
  }

  /**
   * Another: three ConvLSTMs of 64 filters, batch normalisation between them, a 3-D convolution.
   */
  @Test
  void takesWeightsOfRecurrentLayersInOrder() {
    Assumptions.assumeTrue(Files.isDirectory(folder()), KerasFilesTest::absent);
    Assumptions.assumeTrue(
        TestBackends.include("reference") || Boolean.getBoolean("full"),
        "weights, once: no backend computes");
    Symbol input = Input.shape(Input.ANY, 8, 8, 1);
    Symbol x = recurrent(5).apply(input);
    x = recurrent(3).apply(new BatchNormalization().apply(x));
    x = recurrent(1).named("top").apply(new BatchNormalization().named("norm").apply(x));
    x = new Conv3D(1, 3, 3, 3).padding(Padding.SAME).named("last").apply(x);
    try (Model model = Model.of(input, x)) {
      KerasModels.loadWeights(model, folder().resolve(OTHER_WEIGHTS));
      Map<String, Tensor> w = model.weights();
      assertEquals(19, w.size());
      checkSums(
          new double[] {-780.8724110430157, -166929688.21034136},
          w.get("conv_lstm2d/recurrent_kernel"));
      checkSums(
          new double[] {0.3248810642631952, 9.175394688463882}, w.get("norm/moving_variance"));
      checkSums(new double[] {62.2502587332001, 586950.9808022273}, w.get("top/recurrent_kernel"));
      checkSums(new double[] {-14.145195103919832, -14549.412568846179}, w.get("last/kernel"));
    }
  }

  private static ConvLSTM2D recurrent(int size) {
    return new ConvLSTM2D(64, size).padding(Padding.SAME).returnSequences(true);
  }

  private static Conv2D conv(int filters, int size) {
    return new Conv2D(filters, size, size).padding(Padding.SAME);
  }

  private static void checkSums(double[] expected, Tensor t) {
    double sum = 0;
    double weighted = 0;
    for (int i = 0; i < t.size(); i++) {
      sum += t.get(i);
      weighted += t.get(i) * i;
    }
    assertEquals(expected[0], sum, 1e-9 * (1 + Math.abs(expected[0])));
    assertEquals(expected[1], weighted, 1e-9 * (1 + Math.abs(expected[1])));
  }
}
