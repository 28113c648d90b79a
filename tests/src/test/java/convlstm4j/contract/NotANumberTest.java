package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendProvider;
import convlstm4j.op.Activate;
import convlstm4j.op.ClipGradients;
import convlstm4j.op.Op;
import convlstm4j.op.Penalty;
import convlstm4j.op.Pool;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong shows: no backend loses a NaN or takes a class number that does not exist. */
class NotANumberTest {
  private static final Philox RANDOM = new Philox(3, 4);

  static Stream<BackendProvider> backends() {
    return TestBackends.providers().stream();
  }

  private static Tensor withNan(Shape shape, int at) {
    Tensor x = OpCase.normal(shape, 1, RANDOM);
    x.set(at, Double.NaN);
    return x;
  }

  /** The first output. */
  private static Tensor run(Backend backend, Op op, Tensor... in) {
    try (OpRun run = new OpRun(backend, DType.FLOAT32, Mode.INFERENCE, op, List.of(in), RANDOM)) {
      return run.forward().get(0);
    }
  }

  private static void assertNan(Tensor t, int at, String what) {
    assertTrue(Double.isNaN(t.get(at)), () -> what + ": " + t.get(at));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void activationsHandItOn(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      for (Activation.Kind kind : Activation.Kind.values()) {
        Tensor y =
            run(backend, new Activate(new Activation(kind, 0.5)), withNan(Shape.of(3, 5), 7));
        assertNan(y, 7, kind.toString());
        assertTrue(Double.isFinite(y.get(1)), kind + " spoils another row");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void poolingHandsItOn(BackendProvider provider) {
    List<Integer> two = List.of(2, 2);
    Window window = new Window(two, two, List.of(1, 1), Padding.VALID, DataFormat.CHANNELS_LAST);
    try (Backend backend = provider.start()) {
      for (Pool.Mode mode : Pool.Mode.values()) {
        for (int at : new int[] {0, 1, 4, 5}) {
          Tensor y = run(backend, new Pool(mode, window), withNan(Shape.of(1, 4, 4, 1), at));
          assertNan(y, 0, mode + " with NaN at " + at);
          assertTrue(Double.isFinite(y.get(1)), mode + " spoils another window");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void limitsOnGradientsHandItOn(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      for (ClipGradients.Mode mode : ClipGradients.Mode.values()) {
        Tensor g = run(backend, new ClipGradients(mode, 0.5, 1), withNan(Shape.of(11), 3));
        assertNan(g, 3, mode.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void sumsHandItOn(BackendProvider provider) {
    try (Backend backend = provider.start()) {
      for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        Tensor x = OpCase.normal(Shape.of(5, 1009), 1, RANDOM);
        x.set(4321, value);
        Tensor sum = run(backend, new Penalty(1, 0, false), x);
        assertTrue(!Double.isFinite(sum.get(0)), () -> value + " makes " + sum.get(0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aClassThatDoesNotExistThrowsOrIsNan(BackendProvider provider) {
    for (double label : new double[] {-1, 5, 1.5, 1e9, Double.NaN}) {
      for (boolean logits : new boolean[] {false, true}) {
        WeightedLoss op =
            new WeightedLoss(WeightedLoss.Kind.SPARSE_CATEGORICAL_CROSSENTROPY, logits, 1, 0);
        Tensor p = OpCase.uniform(Shape.of(3, 5), 0.1, 0.9, RANDOM);
        Tensor target = Tensor.of(new double[] {1, label, 4}, 3, 1);
        Tensor weight = Tensor.of(new double[] {1, 1, 1}, 3);
        try (Backend backend = provider.start()) {
          assertNan(run(backend, op, p, target, weight), 0, "class " + label);
        } catch (IllegalArgumentException e) {
          assertTrue(e.getMessage().contains("expected a class number"), e.getMessage());
        }
      }
    }
  }
}
