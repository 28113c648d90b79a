package convlstm4j.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.option.Config;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Updates against the formulas of Keras 3, written again, number by number. */
class OptimizerTest {
  private static final int STEPS = 7;
  private static final double RATE = 0.03;

  /** Two weights of different sizes. */
  private static final class TwoWeights extends Layer {
    @Override
    public Map<String, Object> config() {
      return Map.of();
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> arguments) {
      return List.of(weight(g, "a", Shape.of(3, 2)), weight(g, "b", Shape.of(5)));
    }

    private Value weight(Lowering g, String name, Shape shape) {
      return parameter(g, name, shape, (s, r) -> random(s, 50 + s.rank()), Regularizer.NONE, true);
    }
  }

  private static double[] random(Shape shape, long stream) {
    Philox random = new Philox(17, stream);
    double[] v = new double[(int) shape.elements()];
    Arrays.setAll(v, i -> random.normal(i));
    return v;
  }

  /** One number through all steps, by the book. */
  interface Book {
    double step(double w, double g, int t);
  }

  /** Makes the book of one weight element. */
  interface Books {
    Book open();
  }

  record Case(String name, Optimizer optimizer, Books books) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Books sgd(double momentum, boolean nesterov, double decay) {
    return () ->
        new Book() {
          private double m;

          @Override
          public double step(double w0, double g, int t) {
            double w = w0 - w0 * decay * RATE;
            if (momentum == 0) {
              return w - RATE * g;
            }
            m = momentum * m - RATE * g;
            return nesterov ? w + momentum * m - RATE * g : w + m;
          }
        };
  }

  static Books adam(double b1, double b2, double eps, double decay) {
    return () ->
        new Book() {
          private double m;
          private double v;

          @Override
          public double step(double w0, double g, int t) {
            double w = w0 - w0 * decay * RATE;
            m = b1 * m + (1 - b1) * g;
            v = b2 * v + (1 - b2) * g * g;
            double alpha = RATE * Math.sqrt(1 - Math.pow(b2, t)) / (1 - Math.pow(b1, t));
            return w - alpha * m / (Math.sqrt(v) + eps);
          }
        };
  }

  static Books rmsprop(double rho, double momentum, double eps, boolean centered) {
    return () ->
        new Book() {
          private double v;
          private double m;
          private double a;

          @Override
          public double step(double w, double g, int t) {
            v = rho * v + (1 - rho) * g * g;
            double d = v + eps;
            if (centered) {
              a = rho * a + (1 - rho) * g;
              d = v - a * a + eps;
            }
            double inc = RATE * g / Math.sqrt(d);
            if (momentum == 0) {
              return w - inc;
            }
            m = momentum * m + inc;
            return w - m;
          }
        };
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("sgd", new SGD(RATE), sgd(0, false, 0)),
        new Case("momentum", new SGD(RATE).momentum(0.9), sgd(0.9, false, 0)),
        new Case("nesterov", new SGD(RATE).momentum(0.8).nesterov(true), sgd(0.8, true, 0)),
        new Case("decay", new SGD(RATE).momentum(0.8).weightDecay(0.1), sgd(0.8, false, 0.1)),
        new Case("adam", new Adam(RATE), adam(0.9, 0.999, 1e-7, 0)),
        new Case(
            "adam2", new Adam(RATE).beta1(0.7).beta2(0.95).epsilon(1e-3), adam(0.7, 0.95, 1e-3, 0)),
        new Case("adamw", new AdamW(RATE), adam(0.9, 0.999, 1e-7, 0.004)),
        new Case("rmsprop", new RMSprop(RATE), rmsprop(0.9, 0, 1e-7, false)),
        new Case(
            "rmsprop2",
            new RMSprop(RATE).rho(0.8).momentum(0.5).epsilon(1e-4),
            rmsprop(0.8, 0.5, 1e-4, false)),
        new Case(
            "centered",
            new RMSprop(RATE).momentum(0.5).centered(true),
            rmsprop(0.9, 0.5, 1e-7, true)));
  }

  /** With those whose numbers are Keras's own, in the module of the tests. */
  static Stream<Optimizer> optimizers() {
    List<Optimizer> all = new ArrayList<>(cases().map(Case::optimizer).toList());
    Optimizer.names().forEach(n -> all.add(Optimizer.ofName(n.toLowerCase(Locale.ROOT))));
    all.add(new Adam(RATE).amsgrad(true));
    all.add(new SGD(RATE).useEma(new Averaging(0.9, 3)));
    all.add(new Adam(RATE).gradientAccumulationSteps(2).clipNorm(1));
    all.add(new Nadam(RATE).gradientAccumulationSteps(2).useEma(0.5));
    return all.stream();
  }

  private static List<Double> numbers(Tensor t) {
    return Arrays.stream(t.doubles()).boxed().toList();
  }

  /** Weights after some steps; gradients come from {@link #gradient}. */
  static List<double[]> train(Optimizer optimizer, int from, int to, Updates updates) {
    try (Backend backend = Backends.named("reference")) {
      TwoWeights layer = new TwoWeights();
      layer.lower(new Program.Builder(true), Arguments.of(List.of()));
      List<Parameter> parameters = layer.parameters();
      try (Variables variables = new Variables(parameters, backend, DType.FLOAT64, 1);
          Updater updater = new Updater(optimizer, parameters, Parameter::name, variables)) {
        updates.before(updater, variables, parameters);
        for (int step = from; step < to; step++) {
          List<Buffer> gradients = new ArrayList<>();
          for (int p = 0; p < parameters.size(); p++) {
            Shape s = parameters.get(p).shape();
            Buffer b = backend.memory().allocate(DType.FLOAT64, s);
            backend.memory().upload(Tensor.of(gradient(s, step), s), b);
            gradients.add(b);
          }
          double rate = optimizer.common().learningRate().rate(step);
          Tensor rates = updater.rates(rate, step);
          try (Buffer r = backend.memory().allocate(DType.FLOAT64, rates.shape());
              Buffer guard = backend.memory().allocate(DType.FLOAT64, Shape.of(1))) {
            backend.memory().upload(rates, r);
            List<Buffer> due = updater.due(gradients, r);
            try (Buffer bad = updater.tryOut(gradients, due, r)) {
              assertEquals(List.of(0.0, 0.0), numbers(backend.memory().download(bad)));
            }
            updater.update(gradients, due, r, guard);
          }
          gradients.forEach(Buffer::close);
        }
        updates.after(updater, variables, parameters);
        List<double[]> weights = new ArrayList<>();
        parameters.forEach(p -> weights.add(variables.get(p).doubles()));
        int kept = optimizer.slots().size() + optimizer.common().slots().size();
        boolean accumulates = optimizer.common().accumulation() > 1;
        assertEquals(
            8L * 11 * (kept + (accumulates ? 1 : 0)),
            Updater.bytes(optimizer, parameters, DType.FLOAT64));
        assertEquals(
            8L * 11 + Updater.bytes(optimizer, parameters, DType.FLOAT64),
            backend.memory().liveBytes() - (accumulates ? 16 : 0),
            "slots");
        return weights;
      }
    }
  }

  /** Looks into a training. */
  interface Updates {
    default void before(Updater u, Variables v, List<Parameter> p) {}

    default void after(Updater u, Variables v, List<Parameter> p) {}
  }

  private static double[] gradient(Shape s, int step) {
    return random(s, 100 + 10L * step + s.rank());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheBook(Case c) {
    List<double[]> got = train(c.optimizer(), 0, STEPS, new Updates() {});
    List<Shape> shapes = List.of(Shape.of(3, 2), Shape.of(5));
    for (int p = 0; p < 2; p++) {
      double[] w = random(shapes.get(p), 50 + shapes.get(p).rank());
      for (int i = 0; i < w.length; i++) {
        Book book = c.books().open();
        for (int step = 0; step < STEPS; step++) {
          w[i] = book.step(w[i], gradient(shapes.get(p), step)[i], step + 1);
        }
      }
      assertArrayEquals(w, got.get(p), 1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void configGoesThereAndBack(Optimizer optimizer) {
    Config config = optimizer.config();
    assertEquals(optimizer, Optimizer.fromConfig(Config.of(config.toMap())));
    Optimizer clipped = optimizer.common(optimizer.common().withLimit(Mode.GLOBAL_NORM, 2.5));
    assertEquals(clipped, Optimizer.fromConfig(Config.of(clipped.config().toMap())));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void slotsGoOnElsewhere(Optimizer optimizer) {
    List<double[]> straight = train(optimizer, 0, STEPS, new Updates() {});
    Map<String, Tensor> slots = new LinkedHashMap<>();
    List<Tensor> weights = new ArrayList<>();
    train(
        optimizer,
        0,
        3,
        new Updates() {
          @Override
          public void after(Updater u, Variables v, List<Parameter> p) {
            slots.putAll(u.slots());
            p.forEach(q -> weights.add(v.get(q)));
          }
        });
    List<double[]> resumed =
        train(
            optimizer,
            3,
            STEPS,
            new Updates() {
              @Override
              public void before(Updater u, Variables v, List<Parameter> p) {
                u.restore(slots);
                for (int i = 0; i < p.size(); i++) {
                  v.set(p.get(i), weights.get(i));
                }
              }
            });
    for (int i = 0; i < straight.size(); i++) {
      assertArrayEquals(straight.get(i), resumed.get(i));
    }
  }

  @Test
  void clipsGradients() {
    List<Shape> shapes = List.of(Shape.of(3, 2), Shape.of(5));
    double[][] g = {gradient(shapes.get(0), 0), gradient(shapes.get(1), 0)};
    double global = Math.hypot(norm(g[0]), norm(g[1]));
    double limit = 0.7;
    assertTrue(norm(g[0]) > limit && norm(g[1]) > limit, "the limit must bite");
    SGD sgd = new SGD(1);
    checkClip(sgd.clipValue(limit), shapes, (p, x) -> Math.max(-limit, Math.min(limit, x)));
    checkClip(sgd.clipNorm(limit), shapes, (p, x) -> x * limit / norm(g[p]));
    checkClip(sgd.globalClipNorm(limit), shapes, (p, x) -> x * limit / global);
    checkClip(sgd.globalClipNorm(100), shapes, (p, x) -> x);
  }

  private interface Clip {
    double of(int p, double x);
  }

  private static void checkClip(Optimizer optimizer, List<Shape> shapes, Clip clip) {
    List<double[]> got = train(optimizer, 0, 1, new Updates() {});
    for (int p = 0; p < 2; p++) {
      double[] w = random(shapes.get(p), 50 + shapes.get(p).rank());
      double[] g = gradient(shapes.get(p), 0);
      for (int i = 0; i < w.length; i++) {
        w[i] -= clip.of(p, g[i]);
      }
      assertArrayEquals(w, got.get(p), 1e-12);
    }
  }

  private static double norm(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
  }

  @Test
  void namesWeights() {
    train(
        new SGD(RATE),
        0,
        1,
        new Updates() {
          @Override
          public void before(Updater u, Variables v, List<Parameter> p) {
            assertEquals(p.get(1).name(), u.name(1));
          }
        });
  }

  @Test
  void refusesWrongOptions() {
    assertThrows(IllegalArgumentException.class, () -> new SGD(-1));
    assertThrows(IllegalArgumentException.class, () -> new SGD(0.1).momentum(1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.1).beta2(1.5));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.1).clipNorm(0));
    assertThrows(IllegalArgumentException.class, () -> new SGD(0.1).useEma(1.1));
    assertThrows(IllegalArgumentException.class, () -> new SGD(0.1).gradientAccumulationSteps(0));
    Config many = Config.of("SGD").with("gradient_accumulation_steps", 1L << 40);
    assertThrows(IllegalArgumentException.class, () -> Optimizer.fromConfig(many));
    assertThrows(IllegalArgumentException.class, () -> new Lion(0.1).beta1(0));
    assertThrows(IllegalArgumentException.class, () -> new Ftrl.Options(0.5, 0.1, 0, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Adagrad().initialAccumulatorValue(-1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(0.1).clipNorm(1).clipValue(1));
    Config unknown = new Adam(0.1).config().with("amsgrads", true);
    assertThrows(IllegalArgumentException.class, () -> Optimizer.fromConfig(unknown));
    Config wrong = new SGD(0.1).config().with("momentum", "much");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Optimizer.fromConfig(wrong));
    assertTrue(e.getMessage().contains("momentum=much"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Optimizer.fromConfig(Config.of("Muon")));
  }

  @Test
  void slotsOfAnotherModelAreRefused() {
    train(
        new Adam(RATE),
        0,
        0,
        new Updates() {
          @Override
          public void before(Updater u, Variables v, List<Parameter> p) {
            Map<String, Tensor> slots = u.slots();
            String first = slots.keySet().iterator().next();
            Map<String, Tensor> wrongShape = new LinkedHashMap<>(slots);
            wrongShape.put(first, Tensor.of(new double[3], 3));
            assertThrows(IllegalArgumentException.class, () -> u.restore(wrongShape));
            slots.remove(first);
            assertThrows(IllegalArgumentException.class, () -> u.restore(slots));
          }
        });
  }
}
