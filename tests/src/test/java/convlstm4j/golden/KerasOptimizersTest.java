package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.config.KerasVersion;
import convlstm4j.contract.TestBackends;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Layer;
import convlstm4j.layer.Layers;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.Updater;
import convlstm4j.option.Config;
import convlstm4j.option.Constraint;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Optimisers, averages of weights and accumulated gradients make of given gradients what Keras made
 * (keras-numbers/optimizers.py).
 */
class KerasOptimizersTest {
  private static final List<Shape> SHAPES = List.of(Shape.of(3, 2), Shape.of(5));

  private static Map<String, Object> numbers() throws IOException {
    try (InputStream in =
        KerasOptimizersTest.class.getResourceAsStream("/keras-numbers/optimizers.json")) {
      return JSON.std.mapFrom(in);
    }
  }

  static Stream<Arguments> cases() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (BackendProvider backend : TestBackends.providers()) {
      for (Object o : (List<?>) numbers().get("cases")) {
        Map<?, ?> c = (Map<?, ?>) o;
        Config config = Config.of(Config.copy(c));
        List<Constraint> constraints = constraints((List<?>) c.get("constraints"));
        all.add(Arguments.of(backend.name(), config, constraints, c.get("after")));
      }
    }
    return all.stream();
  }

  /** Keras's forms, as a layer reads them. */
  private static List<Constraint> constraints(List<?> forms) {
    List<Constraint> all = new ArrayList<>();
    for (Object form : forms == null ? List.of() : forms) {
      Map<String, Object> dense = Map.of("units", 1, "kernel_constraint", form);
      Layer layer = Layers.fromConfig("Dense", dense, KerasVersion.KERAS3);
      all.add(layer.constraints().get("kernel"));
    }
    return all;
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cases")
  void stepsAsKerasDoes(
      String backendName,
      Config config,
      List<Constraint> constraints,
      Map<String, List<Number>> after)
      throws IOException {
    Optimizer optimizer = Optimizer.fromConfig(config);
    List<?> gradients = (List<?>) numbers().get("gradients");
    try (Backend backend = Backends.named(backendName);
        Fixture f = new Fixture(backend, optimizer, constraints)) {
      f.set(floats((List<?>) numbers().get("start")));
      for (int step = 0; step < gradients.size(); step++) {
        f.step(floats((List<?>) gradients.get(step)), step);
        check(after.get(String.valueOf(step + 1)), f.weights());
      }
      f.updater.overwriteWithAverages();
      check(after.get("end"), f.weights());
    }
  }

  private static void check(List<Number> expected, float[] got) {
    if (expected != null) {
      assertArrayEquals(floats(expected), got, 3e-6f);
    }
  }

  private static float[] floats(List<?> numbers) {
    float[] all = new float[numbers.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = ((Number) numbers.get(i)).floatValue();
    }
    return all;
  }

  /** Two weights on a backend. */
  private static final class Fixture implements AutoCloseable {
    private final Backend backend;
    private final Optimizer optimizer;
    private final List<Parameter> parameters;
    private final Variables variables;
    private final Updater updater;

    Fixture(Backend backend, Optimizer optimizer, List<Constraint> constraints) {
      this.backend = backend;
      this.optimizer = optimizer;
      this.parameters =
          SHAPES.stream()
              .map(
                  s ->
                      new Parameter(
                          null,
                          "w" + s.rank(),
                          s,
                          (shape, random) -> new double[(int) shape.elements()],
                          Regularizer.NONE,
                          true,
                          constraints.isEmpty() ? null : constraints.get(SHAPES.indexOf(s))))
              .toList();
      this.variables = new Variables(parameters, backend, DType.FLOAT32, 1);
      this.updater = new Updater(optimizer, parameters, Parameter::localName, variables);
    }

    void set(float[] all) {
      List<Tensor> split = split(all);
      for (int i = 0; i < split.size(); i++) {
        variables.set(parameters.get(i), split.get(i));
      }
    }

    float[] weights() {
      float[] all = new float[11];
      int at = 0;
      for (Parameter p : parameters) {
        for (double v : variables.get(p).cast(DType.FLOAT64).doubles()) {
          all[at++] = (float) v;
        }
      }
      return all;
    }

    void step(float[] gradient, long step) {
      List<Buffer> gradients = new ArrayList<>();
      split(gradient).forEach(t -> gradients.add(upload(t)));
      double rate = optimizer.common().learningRate().rate(step);
      try (Buffer rates = upload(updater.rates(rate, step));
          Buffer guard = upload(Tensor.zeros(DType.FLOAT32, Shape.of(1)))) {
        updater.update(gradients, updater.due(gradients, rates), rates, guard);
      }
      gradients.forEach(Buffer::close);
    }

    private Buffer upload(Tensor t) {
      Buffer b = backend.memory().allocate(DType.FLOAT32, t.shape());
      backend.memory().upload(t, b);
      return b;
    }

    private static List<Tensor> split(float[] all) {
      List<Tensor> split = new ArrayList<>();
      int at = 0;
      for (Shape s : SHAPES) {
        Tensor t = Tensor.zeros(DType.FLOAT32, s);
        for (int i = 0; i < t.size(); i++) {
          t.set(i, all[at++]);
        }
        split.add(t);
      }
      return split;
    }

    @Override
    public void close() {
      updater.close();
      variables.close();
    }
  }
}
