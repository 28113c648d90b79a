package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers that are not ours take what is written. h5py reads it as Keras's loaders do ({@code
 * walk.py}; Debian: python3-h5py), TensorFlow.js computes the same ({@code predict.mjs}; npm: {@code
 * @tensorflow/tfjs} in the folder {@code -Dtfjs.dir}). Skipped, with the reason, without them.
 */
class OtherReadersTest {
  private static final Path SCRIPTS = Path.of("src/test/python");

  @TempDir private Path dir;

  private static KerasOptions quiet() {
    return KerasOptions.defaults().notes(note -> {});
  }

  /** Runs a command; its output if it succeeds. */
  private static String run(String... command) throws IOException, InterruptedException {
    Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
    p.getOutputStream().close();
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (p.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ":\n" + out);
    }
    return out;
  }

  /** The first Python that has h5py: Debian's, as one before it on the path may start slowly. */
  private static String python() {
    for (String python : List.of("/usr/bin/python3", "python3")) {
      try {
        run(python, "-c", "import importlib.util as u; assert u.find_spec('h5py')");
        return python;
      } catch (IOException | AssertionError e) {
        // the next one
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return Assumptions.abort("there is no python3 with h5py (Debian: python3-h5py)");
  }

  /** One Python reads all files. */
  @TestFactory
  List<DynamicTest> h5pyWalksWhatIsWritten() throws IOException, InterruptedException {
    Map<Path, Written> all = new LinkedHashMap<>();
    for (Map.Entry<String, Supplier<Model>> e : SampleModels.all().entrySet()) {
      for (WrittenForm form : WrittenForm.of(e.getKey())) {
        try (Model model = e.getValue().get()) {
          Path path = form.file(dir, e.getKey());
          all.put(path, write(model, e.getKey() + " " + form, form, path));
        }
      }
    }
    List<String> command = new ArrayList<>(List.of(python(), SCRIPTS.resolve("walk.py") + ""));
    all.keySet().forEach(path -> command.add(path.toString()));
    Map<String, List<String>> walked = new HashMap<>();
    List<String> lines = new ArrayList<>();
    for (String line : run(command.toArray(new String[0])).lines().toList()) {
      if (line.startsWith("file\t")) {
        lines = new ArrayList<>();
        walked.put(line, lines);
      } else {
        lines.add(line);
      }
    }
    List<DynamicTest> tests = new ArrayList<>();
    all.forEach(
        (path, written) ->
            tests.add(
                DynamicTest.dynamicTest(
                    written.name,
                    () -> {
                      String first = "file\t" + path + "\t";
                      assertTrue(walked.containsKey(first), first);
                      check(written, walked.get(first));
                    })));
    return tests;
  }

  /** What was written: its weights as a reader shows them, and how many arrays of the optimiser. */
  private record Written(String name, List<String> weights, long optimizer) {}

  private static Written write(Model model, String name, WrittenForm form, Path path)
      throws IOException {
    model.compile(Compile.with(new Adam()).loss(Loss.meanSquaredError()));
    KerasModels.save(model, path, form.in(quiet()));
    Map<Parameter, Tensor> weights = new HashMap<>();
    List<Tensor> values = List.copyOf(model.weights().values());
    for (int i = 0; i < values.size(); i++) {
      weights.put(model.network().parameters().get(i), values.get(i));
    }
    List<String> expected = new ArrayList<>();
    for (Layer layer : model.network().layers()) {
      List<Parameter> own = layer.parameters();
      Stream<Parameter> ordered =
          form.isH5()
              ? Stream.concat(
                  own.stream().filter(Parameter::isTrainable),
                  own.stream().filter(p -> !p.isTrainable()))
              : asLoaded(layer).stream();
      ordered.forEach(p -> expected.add(layer.name() + "\t" + line(weights.get(p))));
    }
    // Keras 3 has the learning rate beside the number of steps; Adam has two moments a weight.
    long trained = model.network().parameters().stream().filter(Parameter::isTrainable).count();
    long optimizer = (form == WrittenForm.H5_OF_KERAS_2 ? 1 : 2) + 2 * trained;
    return new Written(name, expected, optimizer);
  }

  private static void check(Written written, List<String> lines) {
    int weights = written.weights.size();
    assertEquals(written.weights, lines.subList(0, Math.min(weights, lines.size())));
    assertEquals(weights + written.optimizer, lines.size());
    assertTrue(
        lines.subList(weights, lines.size()).stream().allMatch(l -> l.startsWith("optimizer\t")));
  }

  /** The order of saving_lib: attributes in the alphabet's order. */
  private static List<Parameter> asLoaded(Layer layer) {
    List<Layer> children = layer.children();
    if (layer instanceof Bidirectional) {
      return Stream.of(children.get(1), children.get(0))
          .flatMap(c -> c.parameters().stream())
          .toList();
    }
    return layer instanceof NestedModel || !children.isEmpty()
        ? children.stream().flatMap(c -> asLoaded(c).stream()).toList()
        : layer.parameters();
  }

  private static String line(Tensor t) {
    ByteBuffer b = ByteBuffer.allocate(4 * t.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (float f : t.floats()) {
      b.putFloat(f);
    }
    CRC32 crc = new CRC32();
    crc.update(b.array());
    return t.shape() + "\t" + String.format("%08x", crc.getValue());
  }

  /** Of layers that TensorFlow.js has too; its batch normalisation ends at four axes. */
  private static Model forTensorFlowJs() {
    Symbol x = Input.named("clip", 4, 9, 8, 2);
    Symbol y =
        new ConvLSTM2D(3, 3, 2)
            .padding(Padding.SAME)
            .recurrentActivation(Activation.HARD_SIGMOID_KERAS2)
            .returnSequences(true)
            .apply(x);
    y = new MaxPooling3D(1, 2, 2).padding(Padding.SAME).apply(y);
    y = new Conv3D(2, 1, 2, 2).activation(Activation.RELU).apply(y);
    y = new TimeDistributed(new Conv2D(3, 2).useBias(false)).apply(y);
    y = new AveragePooling3D(2, 1, 1).apply(y);
    y = new ConvLSTM2D(2, 2).strides(1, 2).padding(Padding.SAME).apply(y);
    y = new BatchNormalization().apply(new Flatten().apply(y));
    y = new Dense(3).activation(Activation.SOFTMAX).apply(y);
    return Model.of(x, y);
  }

  @Test
  void tensorFlowJsComputesTheSame() throws IOException, InterruptedException {
    Path modules = Path.of(System.getProperty("tfjs.dir", "target/tfjs")).toAbsolutePath();
    Assumptions.assumeTrue(
        Files.isDirectory(modules.resolve("node_modules/@tensorflow/tfjs")),
        () -> "there is no @tensorflow/tfjs in " + modules + " (npm install --prefix)");
    String python = python();
    Path h5 = dir.resolve("video.h5");
    Path json = dir.resolve("video.json");
    Path in = dir.resolve("in.json");
    try (Model model = SampleModels.weighted(forTensorFlowJs())) {
      KerasModels.save(model, h5, WrittenForm.H5_OF_KERAS_2.in(quiet()));
      run(python, SCRIPTS.resolve("tfjs.py").toString(), h5.toString(), json.toString());
      Tensor x = SampleModels.inputs(model)[0];
      Files.writeString(
          in, JSON.std.asString(Map.of("shape", x.shape().dims(), "values", x.floats())));
      String out =
          run(
              "node",
              SCRIPTS.resolve("predict.mjs").toString(),
              modules.toString(),
              json.toString(),
              in.toString());
      Map<?, ?> y = (Map<?, ?>) ((List<?>) JSON.std.anyFrom(out)).get(0);
      List<?> values = (List<?>) y.get("values");
      Tensor expected = model.predict(x).get(0);
      assertEquals(expected.size(), values.size());
      for (int i = 0; i < values.size(); i++) {
        assertEquals(expected.get(i), ((Number) values.get(i)).doubleValue(), 2e-6, "output " + i);
      }
    }
  }
}
