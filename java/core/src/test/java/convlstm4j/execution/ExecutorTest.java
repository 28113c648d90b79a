package convlstm4j.execution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.op.Activate;
import convlstm4j.op.Affine;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Concat;
import convlstm4j.op.Merge;
import convlstm4j.op.Penalty;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Activation;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.State;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The executor against finite differences, and its memory against the books. */
class ExecutorTest {
  private static final Initializer RANDOM =
      (shape, random) -> {
        double[] v = new double[(int) shape.elements()];
        Arrays.setAll(v, i -> random.normal(i) * 0.7);
        return v;
      };

  private final TrackingBackend backend = new TrackingBackend();

  @AfterEach
  void close() {
    assertEquals(0, backend.liveBytes(), "bytes left behind");
    backend.close();
  }

  /** A layer with everything that an executor has to deal with. */
  private static final class Knot extends Layer {
    @Override
    public Map<String, Object> config() {
      return Map.of();
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> arguments) {
      Value x = arguments.first();
      Value w = parameter(g, "w", Shape.of(3, 5), RANDOM, Regularizer.l2(0.1), true);
      Value v = parameter(g, "v", Shape.of(5, 5), RANDOM, Regularizer.NONE, true);
      Value mean = parameter(g, "mean", Shape.of(5), RANDOM, Regularizer.NONE, false);
      Value variance =
          parameter(
              g,
              "variance",
              Shape.of(5),
              (s, r) -> new double[] {1, 1, 1, 1, 1},
              Regularizer.NONE,
              false);
      // Unread zeros: never allocated, so never counted.
      g.zeros(Shape.of(1000, 1000));
      Value a = g.op(new Activate(Activation.TANH), g.op(new Affine(5, false), x, w));
      // The weight v is used three times; one use sees a through a view.
      Value b = g.op(new Affine(5, false), a, v);
      Value flat = g.reshape(a, Shape.of(2, 2, 5));
      Value c = g.reshape(g.op(new Affine(5, false), flat, v), Shape.of(4, 5));
      List<Value> n =
          g.ops(
              new BatchNorm(List.of(1), 0.9, 1e-3, false, false, g.training(), false),
              List.of(g.op(new Merge(Merge.Mode.SUM, 3), b, c, b), mean, variance));
      if (g.training()) {
        assign(g, "mean", n.get(1));
        assign(g, "variance", n.get(2));
      }
      Value s = g.state(state("s"), Shape.of(4, 5));
      Value d = g.op(new Merge(Merge.Mode.MULTIPLY, 2), n.get(0), a);
      Value e = g.op(new Merge(Merge.Mode.SUM, 3), d, s, g.zeros(Shape.of(4, 5)));
      g.assign(state("s"), e);
      // A dead end that no loss sees.
      g.op(new Affine(5, false), g.op(new Activate(Activation.RELU), b), v);
      Value joined = g.op(new Concat(1, 2), e, g.op(new Affine(5, false), a, v));
      g.penalty(g.op(new Penalty(0.02, 0.05, true), a));
      return List.of(joined, g.reshape(a, Shape.of(20)));
    }
  }

  /** A program of the knot, with everything to run it. */
  private final class Setup implements AutoCloseable {
    final Knot layer = new Knot();
    final Program program;
    final List<Value> outputs;
    final Value feed;
    final Variables variables;
    final List<Value> roots = new ArrayList<>();
    final Executor executor;
    final Buffer x;
    final List<Buffer> weights = new ArrayList<>();

    Setup(Mode mode) {
      Program.Builder g = new Program.Builder(mode == Mode.TRAINING);
      layer.named("knot");
      feed = g.feed(Shape.of(4, 3));
      g.enter("knot");
      outputs = layer.lower(g, Arguments.of(List.of(feed)));
      g.leave();
      program = g.build();
      roots.add(outputs.get(0));
      roots.addAll(program.penalties());
      variables = new Variables(layer.parameters(), backend, DType.FLOAT64, 5);
      List<Value> keep = mode == Mode.INFERENCE ? roots : List.of();
      List<Value> wanted = mode == Mode.TRAINING ? List.of(feed) : List.of();
      executor = new Executor(program, variables, mode, keep, wanted);
      x = upload(random(Shape.of(4, 3), 1));
      for (int i = 0; i < roots.size(); i++) {
        weights.add(upload(random(roots.get(i).shape(), 2 + i)));
      }
    }

    double value(Tensor at) {
      backend.upload(at, x);
      executor.forward(List.of(x), new Philox(1, 1));
      double sum = 0;
      for (int i = 0; i < roots.size(); i++) {
        Tensor v = backend.download(executor.value(roots.get(i)));
        Tensor w = backend.download(weights.get(i));
        for (int k = 0; k < v.size(); k++) {
          sum += v.get(k) * w.get(k);
        }
      }
      executor.release();
      return sum;
    }

    @Override
    public void close() {
      executor.close();
      x.close();
      weights.forEach(Buffer::close);
      variables.close();
    }
  }

  private Buffer upload(Tensor t) {
    Buffer b = backend.allocate(DType.FLOAT64, t.shape());
    backend.upload(t, b);
    return b;
  }

  private static Tensor random(Shape shape, long stream) {
    return Tensor.of(RANDOM.values(shape, new Philox(11, stream)), shape);
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    try (Setup s = new Setup(Mode.TRAINING)) {
      Tensor x = random(Shape.of(4, 3), 1);
      s.variables.setState(s.layer.states().get(0), random(Shape.of(4, 5), 9));
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      s.executor.backward(s.roots, s.weights);
      Tensor dx = backend.download(s.executor.gradient(s.feed));
      List<Parameter> trainable =
          s.layer.parameters().stream().filter(Parameter::isTrainable).toList();
      List<Tensor> dw =
          trainable.stream().map(p -> backend.download(s.executor.gradient(p))).toList();
      s.executor.release();
      for (int i = 0; i < x.size(); i++) {
        int k = i;
        assertEquals(difference(x, k, () -> s.value(x)), dx.get(i), 1e-7, "dx " + i);
      }
      for (int p = 0; p < trainable.size(); p++) {
        Tensor w = s.variables.get(trainable.get(p));
        Parameter parameter = trainable.get(p);
        for (int i = 0; i < w.size(); i++) {
          double numeric =
              difference(
                  w,
                  i,
                  () -> {
                    s.variables.set(parameter, w);
                    return s.value(x);
                  });
          assertEquals(numeric, dw.get(p).get(i), 1e-7, parameter + " " + i);
        }
        s.variables.set(parameter, w);
      }
    }
  }

  @Test
  void weightsThatAreNotCopiedStayTheCallers() {
    try (Setup s = new Setup(Mode.TRAINING)) {
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      s.executor.backward(s.roots, s.weights);
      double[] expected = backend.download(s.executor.gradient(s.feed)).doubles();
      s.executor.release();
      long before = backend.liveBytes();
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      s.executor.backwardFrom(s.roots, s.weights);
      assertArrayEquals(expected, backend.download(s.executor.gradient(s.feed)).doubles());
      s.executor.release();
      assertEquals(before, backend.liveBytes());
      s.weights.forEach(backend::download); // fails for what is closed
    }
  }

  private static double difference(Tensor t, int i, DoubleSupplier value) {
    double h = 1e-6;
    double old = t.get(i);
    t.set(i, old + h);
    double up = value.getAsDouble();
    t.set(i, old - h);
    double down = value.getAsDouble();
    t.set(i, old);
    return (up - down) / (2 * h);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void peakIsWhatIsAllocated(Mode mode) {
    try (Setup s = new Setup(mode)) {
      s.variables.setState(s.layer.states().get(0), random(Shape.of(4, 5), 9));
      long before = backend.liveBytes();
      for (int run = 0; run < 2; run++) {
        backend.takePeak();
        s.executor.forward(List.of(s.x), new Philox(1, run));
        if (mode == Mode.TRAINING) {
          s.executor.backward(s.roots, s.weights);
        }
        s.executor.commit();
        s.executor.release();
        assertEquals(before, backend.liveBytes());
        List<Value> roots = mode == Mode.TRAINING ? s.roots : List.of();
        assertEquals(s.executor.peakBytes(roots), backend.takePeak() - before);
      }
      // The estimate without variables sees no wanted gradient of the feed.
      List<Value> kept = mode == Mode.TRAINING ? List.of() : s.roots;
      List<Value> roots = mode == Mode.TRAINING ? s.roots : List.of();
      long live = backend.liveBytes();
      long estimate;
      try (Planned p = new Planned(s.program, backend, DType.FLOAT64, mode, kept, List.of())) {
        estimate = p.peakBytes(roots);
      }
      assertEquals(live, backend.liveBytes());
      try (Executor plain = new Executor(s.program, s.variables, mode, kept, List.of())) {
        assertEquals(plain.peakBytes(roots), estimate);
      }
    }
  }

  @Test
  void commitStoresStatesAndStatistics() {
    try (Setup s = new Setup(Mode.TRAINING)) {
      Parameter mean = s.layer.parameters().get(2);
      double[] before = s.variables.get(mean).doubles();
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      s.executor.backward(s.roots, s.weights);
      assertArrayEquals(before, s.variables.get(mean).doubles());
      assertArrayEquals(
          new double[20], s.variables.states().get(s.layer.states().get(0)).doubles());
      s.executor.commit();
      s.executor.release();
      assertTrue(Math.abs(before[0] - s.variables.get(mean).get(0)) > 1e-6);
      assertTrue(s.variables.states().get(s.layer.states().get(0)).get(7) != 0);
      s.variables.resetStates();
      assertEquals(Map.of(), s.variables.states());
    }
  }

  @Test
  void commitsNothingUnlessTheGuardIsFinite() {
    try (Setup s = new Setup(Mode.TRAINING);
        Buffer guard = backend.allocate(DType.FLOAT64, Shape.of(1))) {
      Parameter mean = s.layer.parameters().get(2);
      State state = s.layer.states().get(0);
      double[] before = s.variables.get(mean).doubles();
      for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
        backend.upload(Tensor.of(new double[] {value}, 1), guard);
        s.executor.forward(List.of(s.x), new Philox(1, 1));
        s.executor.commit(guard);
        s.executor.release();
        boolean changed = before[0] != s.variables.get(mean).get(0);
        assertEquals(Double.isFinite(value), changed, value + "");
        assertEquals(changed, s.variables.states().get(state).get(7) != 0, value + "");
      }
    }
  }

  @Test
  void namesTheFirstLayerThatIsNotFinite() {
    try (Setup s = new Setup(Mode.TRAINING)) {
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      assertEquals(Optional.empty(), s.executor.firstNonFinite());
      Tensor bad = random(Shape.of(4, 3), 1);
      bad.set(5, Double.NaN);
      backend.upload(bad, s.x);
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      assertEquals(Optional.of("knot"), s.executor.firstNonFinite());
    }
  }

  @Test
  void refusesOneValueTwice() {
    try (Setup s = new Setup(Mode.TRAINING)) {
      s.executor.forward(List.of(s.x), new Philox(1, 1));
      Value y = s.outputs.get(0);
      assertThrows(
          IllegalArgumentException.class,
          () -> s.executor.backward(List.of(y, y), List.of(s.weights.get(0), s.weights.get(0))));
    }
  }

  @Test
  void stateRefusesAnotherBatchSize() {
    try (Setup s = new Setup(Mode.INFERENCE)) {
      s.variables.setState(s.layer.states().get(0), random(Shape.of(7, 5), 9));
      RuntimeException e =
          assertThrows(
              ShapeException.class, () -> s.executor.forward(List.of(s.x), new Philox(1, 1)));
      assertTrue(e.getMessage().contains("[7, 5]"), e.getMessage());
    }
  }
}
