package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.layer.GroupNormalization;
import convlstm4j.layer.Input;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.UnitNormalization;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Layers that normalise each sample by itself, against their definitions in plain loops. */
class StandardizingLayersTest {
  private final Tensor x = Apply.tensor(Shape.of(2, 3, 4, 6), 1);

  /** Normalises over all elements that have one group, then scales and shifts each by its place. */
  private Tensor expected(
      IntUnaryOperator group, double epsilon, Tensor gamma, Tensor beta, IntUnaryOperator place) {
    double[] sums = new double[x.size()];
    double[] squares = new double[x.size()];
    int[] counts = new int[x.size()];
    for (int i = 0; i < x.size(); i++) {
      sums[group.applyAsInt(i)] += x.get(i);
      counts[group.applyAsInt(i)]++;
    }
    for (int i = 0; i < x.size(); i++) {
      int k = group.applyAsInt(i);
      double d = x.get(i) - sums[k] / counts[k];
      squares[k] += d * d;
    }
    Tensor y = Tensor.zeros(DType.FLOAT64, x.shape());
    for (int i = 0; i < x.size(); i++) {
      int k = group.applyAsInt(i);
      double v = (x.get(i) - sums[k] / counts[k]) / Math.sqrt(squares[k] / counts[k] + epsilon);
      int at = place.applyAsInt(i);
      y.set(i, v * (gamma == null ? 1 : gamma.get(at)) + (beta == null ? 0 : beta.get(at)));
    }
    return y;
  }

  @Test
  void layerNormalizationAlongAnyAxes() {
    Tensor gamma = Apply.tensor(Shape.of(6), 2);
    Tensor beta = Apply.tensor(Shape.of(6), 3);
    Apply.same(
        "last axis",
        expected(i -> i / 6, 1e-3, gamma, beta, i -> i % 6),
        Apply.with(List.of(gamma, beta), new LayerNormalization(), false, null, x).first());
    Tensor both = Apply.tensor(Shape.of(4, 6), 2);
    Apply.same(
        "two axes",
        expected(i -> i / 24, 0.5, both, null, i -> i % 24),
        Apply.with(
                List.of(both),
                new LayerNormalization().axis(-1, 2).epsilon(0.5).center(false),
                false,
                null,
                x)
            .first());
    Apply.same(
        "inner axis",
        expected(i -> i / 24 * 6 + i % 6, 1e-3, null, null, i -> 0),
        Apply.random(new LayerNormalization().axis(2).center(false).scale(false), true, 1, x)
            .first());
    LayerGradients.check(new LayerNormalization(), true, x);
    LayerGradients.check(new LayerNormalization().axis(1, 3), true, x);
  }

  @Test
  void groupNormalizationOfGroupsAndOfEachChannel() {
    Tensor gamma = Apply.tensor(Shape.of(6), 2);
    Tensor beta = Apply.tensor(Shape.of(6), 3);
    Apply.same(
        "two groups",
        expected(i -> i / 72 * 2 + i % 6 / 3, 1e-3, gamma, beta, i -> i % 6),
        Apply.with(List.of(gamma, beta), new GroupNormalization(2), false, null, x).first());
    Apply.same(
        "each channel",
        expected(i -> i / 72 * 6 + i % 6, 1e-5, null, null, i -> 0),
        Apply.random(
                new GroupNormalization(GroupNormalization.EACH_CHANNEL)
                    .epsilon(1e-5)
                    .scale(false)
                    .center(false),
                false,
                1,
                x)
            .first());
    Tensor three = Apply.tensor(Shape.of(3), 4);
    Apply.same(
        "channels first",
        expected(i -> i / 24, 1e-3, three, null, i -> i / 24 % 3),
        Apply.with(List.of(three), new GroupNormalization(3).axis(1).center(false), false, null, x)
            .first());
    LayerGradients.check(new GroupNormalization(3), true, x);
    LayerGradients.check(new GroupNormalization(2).axis(-2), true, x);
    assertEquals(
        Shape.of(Input.ANY, Input.ANY, Input.ANY, 6),
        new GroupNormalization(2).apply(Input.shape(Input.ANY, Input.ANY, 6)).shape());
  }

  @Test
  void unitNormalizationDividesByTheLength() {
    Tensor y = Apply.random(new UnitNormalization(1, -1), false, 1, x).first();
    double[] squares = new double[8];
    for (int i = 0; i < x.size(); i++) {
      squares[i / 72 * 4 + i / 6 % 4] += x.get(i) * x.get(i);
    }
    for (int i = 0; i < x.size(); i++) {
      assertEquals(x.get(i) / Math.sqrt(squares[i / 72 * 4 + i / 6 % 4]), y.get(i), 1e-12);
    }
    LayerGradients.check(new UnitNormalization(), true, x);
    Tensor zeros = Tensor.zeros(DType.FLOAT64, Shape.of(2, 3));
    assertEquals(0, Apply.random(new UnitNormalization(), true, 1, zeros).first().get(2), 0);
  }

  @Test
  void wrongUseIsRefused() {
    JoiningLayersTest.refused(
        "expected a known multiple of groups=4 along axis=-1",
        () -> new GroupNormalization(4).apply(Input.shape(3, 6)));
    JoiningLayersTest.refused(
        "expected known sizes along axis=[1]",
        () -> new LayerNormalization().axis(1).apply(Input.shape(Input.ANY, 6)));
    JoiningLayersTest.refused(
        "expected different axes from 1 to 2",
        () -> new UnitNormalization(3).apply(Input.shape(3, 6)));
    JoiningLayersTest.refused("other than the batch", () -> new LayerNormalization().axis(0));
    JoiningLayersTest.refused(
        "UnitNormalization: axis=[1, 0], expected one or more axes other than the batch",
        () -> new UnitNormalization(1, 0));
    JoiningLayersTest.refused("axis=0 is the batch", () -> new GroupNormalization(2).axis(0));
    JoiningLayersTest.refused("groups=0, must be >= 1", () -> new GroupNormalization(0));
    JoiningLayersTest.refused("epsilon=-1.0", () -> new LayerNormalization().epsilon(-1));
  }
}
