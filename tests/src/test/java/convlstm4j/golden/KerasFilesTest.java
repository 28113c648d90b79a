package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.graph.Symbol;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.Add;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.Reshape;
import convlstm4j.model.Model;
import convlstm4j.op.Activation;
import convlstm4j.op.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Trained files that users of Keras 2.3 to 3.13 published, on every backend. They are others' and
 * not part of this project: {@code -Dkeras.files.dir}, or {@code shared/keras-files} beside the
 * checkout.
 */
class KerasFilesTest {
  private static final String EXPECTED = ".expected.json";
  private static final String WEIGHTS_ONLY = "k2.3.1_weights_only_deepst.h5";

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
    assertTrue(expected.size() >= 7, "only " + expected);
    List<DynamicNode> tests = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (Path p : expected) {
        String file = p.getFileName().toString().replace(EXPECTED, "");
        tests.add(
            DynamicTest.dynamicTest(provider.name() + " " + file, () -> check(p, file, provider)));
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
