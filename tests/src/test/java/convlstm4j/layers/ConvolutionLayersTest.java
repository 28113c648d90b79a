package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Layer;
import convlstm4j.layer.Conv1D;
import convlstm4j.layer.Conv1DTranspose;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv2DTranspose;
import convlstm4j.layer.Conv3DTranspose;
import convlstm4j.layer.Input;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions of one axis and transposed ones against plain loops. */
class ConvolutionLayersTest {
  /**
   * A transposed convolution of channels-last images.
   *
   * @param layer makes it
   * @param kernel sizes
   * @param strides along each axis
   * @param dilation along each axis
   * @param x the input's shape
   * @param out sizes that Keras names for the output
   * @param cut pixels missing in front along each axis
   */
  private record Spread(
      Supplier<Layer> layer,
      List<Integer> kernel,
      List<Integer> strides,
      List<Integer> dilation,
      Shape x,
      List<Integer> out,
      List<Integer> cut) {}

  private static Spread line(Supplier<Layer> l, int k, int s, int d, int n, int out, int cut) {
    return new Spread(
        l, List.of(k), List.of(s), List.of(d), Shape.of(2, n, 3), List.of(out), List.of(cut));
  }

  static List<Spread> spreads() {
    return List.of(
        line(() -> new Conv1DTranspose(2, 3), 3, 1, 1, 4, 6, 0),
        line(() -> new Conv1DTranspose(2, 2).strides(3), 2, 3, 1, 4, 12, 0),
        line(() -> new Conv1DTranspose(2, 3).strides(2), 3, 2, 1, 4, 9, 0),
        line(() -> new Conv1DTranspose(2, 3).strides(2).outputPadding(1), 3, 2, 1, 4, 10, 0),
        line(() -> new Conv1DTranspose(2, 3).dilationRate(2), 3, 1, 2, 4, 8, 0),
        line(() -> new Conv1DTranspose(2, 3).padding("same"), 3, 1, 1, 4, 4, 1),
        line(() -> new Conv1DTranspose(2, 3).strides(2).padding("same"), 3, 2, 1, 4, 8, 0),
        line(() -> new Conv1DTranspose(2, 4).strides(2).padding("same"), 4, 2, 1, 4, 8, 1),
        line(() -> new Conv1DTranspose(2, 5).strides(2).padding("same"), 5, 2, 1, 4, 8, 1),
        line(() -> new Conv1DTranspose(2, 2).strides(3).padding("same"), 2, 3, 1, 4, 12, 0),
        line(
            () -> new Conv1DTranspose(2, 5).strides(3).padding("same").outputPadding(0),
            5,
            3,
            1,
            4,
            10,
            2),
        line(
            () -> new Conv1DTranspose(2, 1).strides(3).padding("same").outputPadding(2),
            1,
            3,
            1,
            4,
            12,
            0),
        new Spread(
            () -> new Conv2DTranspose(2, 3, 2).strides(2, 3).padding("same").useBias(false),
            List.of(3, 2),
            List.of(2, 3),
            List.of(1, 1),
            Shape.of(2, 3, 2, 3),
            List.of(6, 6),
            List.of(0, 0)),
        new Spread(
            () -> new Conv2DTranspose(2, 3).dilationRate(2, 1).padding("same"),
            List.of(3, 3),
            List.of(1, 1),
            List.of(2, 1),
            Shape.of(1, 4, 5, 3),
            List.of(4, 5),
            List.of(2, 1)),
        new Spread(
            () -> new Conv3DTranspose(2, 1, 2, 3).strides(2, 1, 2),
            List.of(1, 2, 3),
            List.of(2, 1, 2),
            List.of(1, 1, 1),
            Shape.of(1, 2, 3, 2, 3),
            List.of(4, 4, 5),
            List.of(0, 0, 0)));
  }

  /** Every pixel times the kernel, added where it lies. */
  @ParameterizedTest
  @MethodSource("spreads")
  void pixelsAreSpreadOverTaps(Spread s) {
    Tensor x = Apply.tensor(s.x, 1);
    Apply.Result result = Apply.random(s.layer.get(), false, 1, x);
    int rank = s.kernel.size();
    int filters = 2;
    int channels = 3;
    int pixels = 1;
    int taps = 1;
    int outPixels = 1;
    for (int d = 0; d < rank; d++) {
      pixels *= (int) s.x.dim(1 + d);
      taps *= s.kernel.get(d);
      outPixels *= s.out.get(d);
    }
    Tensor w = result.weights().get(0);
    Tensor bias = result.weights().size() > 1 ? result.weights().get(1) : null;
    double[] expected = new double[(int) s.x.dim(0) * outPixels * filters];
    for (int i = 0; bias != null && i < expected.length; i++) {
      expected[i] = bias.get(i % filters);
    }
    for (int n = 0; n < s.x.dim(0); n++) {
      for (int p = 0; p < pixels; p++) {
        for (int t = 0; t < taps; t++) {
          int to = place(s, p, t);
          for (int f = 0; to >= 0 && f < filters; f++) {
            for (int c = 0; c < channels; c++) {
              expected[(n * outPixels + to) * filters + f] +=
                  x.get((n * pixels + p) * channels + c) * w.get((t * filters + f) * channels + c);
            }
          }
        }
      }
    }
    Shape out = Shape.of(s.out.stream().mapToLong(o -> o).toArray());
    assertEquals(out.append(filters).prepend(s.x.dim(0)), result.first().shape());
    assertArrayEquals(expected, result.first().doubles(), 1e-12);
    LayerGradients.check(s.layer.get(), true, x);
  }

  /** The pixel of the output that a tap of a pixel lies on; -1 if it is cut. */
  private static int place(Spread s, int pixel, int tap) {
    int place = 0;
    int step = 1;
    int p = pixel;
    int t = tap;
    for (int d = s.kernel.size() - 1; d >= 0; d--) {
      int n = (int) s.x.dim(1 + d);
      int at = p % n * s.strides.get(d) + t % s.kernel.get(d) * s.dilation.get(d) - s.cut.get(d);
      if (at < 0 || at >= s.out.get(d)) {
        return -1;
      }
      place += at * step;
      step *= s.out.get(d);
      p /= n;
      t /= s.kernel.get(d);
    }
    return place;
  }

  private static double[] line(Layer layer, double[] kernel, long... shape) {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, shape);
    Tensor w = Tensor.of(kernel, kernel.length, 1, 1);
    Tensor b = Tensor.of(new double[] {0}, 1);
    return Apply.with(List.of(w, b), layer, false, null, x).first().doubles();
  }

  /** By hand: a cross-correlation of 1, 2, 3, 4 with 100, 10, 1. */
  @Test
  void convolutionsAlongTime() {
    double[] k = {100, 10, 1};
    assertArrayEquals(new double[] {123, 234}, line(new Conv1D(1, 3), k, 1, 4, 1));
    assertArrayEquals(
        new double[] {12, 123, 234, 340}, line(new Conv1D(1, 3).padding("same"), k, 1, 4, 1));
    assertArrayEquals(
        new double[] {1, 12, 123, 234}, line(new Conv1D(1, 3).padding("causal"), k, 1, 4, 1));
    assertArrayEquals(
        new double[] {1, 2, 13, 24},
        line(new Conv1D(1, 3).padding("causal").dilationRate(2), k, 1, 4, 1));
    assertArrayEquals(
        new double[] {1, 123}, line(new Conv1D(1, 3).padding("causal").strides(2), k, 1, 4, 1));
    Tensor x = Apply.tensor(Shape.of(2, 3, 5), 1);
    LayerGradients.check(new Conv1D(2, 2).padding("causal").dataFormat("channels_first"), true, x);
  }

  /** Each group of filters is a convolution of its own group of channels. */
  @Test
  void groupsAreConvolutionsOfTheirOwn() {
    Tensor x = Apply.tensor(Shape.of(2, 5, 4, 6), 1);
    Layer layer = new Conv2D(4, 3, 2).groups(2).padding("same").strides(2, 1);
    Apply.Result all = Apply.random(layer, false, 1, x);
    Tensor w = all.weights().get(0);
    Tensor b = all.weights().get(1);
    assertEquals(Shape.of(3, 2, 3, 4), w.shape());
    for (int group = 0; group < 2; group++) {
      Layer one = new Conv2D(2, 3, 2).padding("same").strides(2, 1);
      List<Tensor> own = List.of(part(w, group), part(b, group));
      Tensor y = Apply.with(own, one, false, null, part(x, group)).first();
      assertArrayEquals(part(all.first(), group).doubles(), y.doubles(), 1e-12);
    }
    LayerGradients.check(new Conv2D(4, 3, 2).groups(2).strides(2, 1), true, x);
    LayerGradients.check(
        new Conv1D(3, 2).groups(3).dataFormat("channels_first"),
        true,
        Apply.tensor(Shape.of(2, 3, 5), 1));
    JoiningLayersTest.refused(
        "groups=3, expected a divisor of filters=4", () -> new Conv2D(4, 3).groups(3));
    JoiningLayersTest.refused(
        "input has 3 channels, expected a multiple of groups=2",
        () -> new Conv2D(4, 3).groups(2).apply(Input.shape(5, 5, 3)));
  }

  /** One half of the last axis. */
  private static Tensor part(Tensor t, int half) {
    int size = (int) t.shape().dim(-1) / 2;
    double[] values = new double[t.size() / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = t.get(i / size * 2 * size + half * size + i % size);
    }
    return Tensor.of(values, t.shape().with(t.shape().rank() - 1, size));
  }

  /** Channels first: the same numbers in another order. */
  @Test
  void channelsFirst() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
    Tensor turned = Tensor.of(new double[] {1, 4, 2, 5, 3, 6}, 1, 3, 2);
    Layer first = new Conv1DTranspose(1, 3).strides(2).dataFormat("channels_first");
    Tensor a = Apply.random(first, false, 1, x).first();
    Tensor b = Apply.random(new Conv1DTranspose(1, 3).strides(2), false, 1, turned).first();
    assertEquals(Shape.of(1, 1, 7), a.shape());
    assertArrayEquals(b.doubles(), a.doubles(), 1e-12);
    LayerGradients.check(
        new Conv2DTranspose(2, 3, 2).strides(2, 1).dataFormat("channels_first"),
        true,
        Apply.tensor(Shape.of(1, 2, 3, 2), 1));
  }

  @Test
  void shapesOfOpenSizesAndWrongUse() {
    long any = Input.ANY;
    assertEquals(
        Shape.of(any, any, 8, 5),
        new Conv2DTranspose(5, 3)
            .strides(2, 2)
            .padding("same")
            .apply(Input.shape(any, 4, 3))
            .shape());
    assertEquals(
        Shape.of(any, any, 5),
        new Conv1D(5, 3).padding("causal").apply(Input.shape(any, 3)).shape());
    assertEquals(Shape.of(any, 7, 4, 5), new Conv1D(5, 3).apply(Input.shape(7, 6, 3)).shape());
    JoiningLayersTest.refused(
        "output_padding=[1, 2], expected less than strides=[2, 2]",
        () ->
            new Conv2DTranspose(5, 3)
                .strides(2, 2)
                .outputPadding(1, 2)
                .apply(Input.shape(4, 4, 3)));
    JoiningLayersTest.refused(
        "output_padding=[-1], expected 1 values, each >= 0",
        () -> new Conv1DTranspose(5, 3).outputPadding(-1));
    JoiningLayersTest.refused(
        "only one of them may exceed 1",
        () -> new Conv1DTranspose(5, 3).strides(2).dilationRate(2).apply(Input.shape(4, 3)));
    JoiningLayersTest.refused(
        "expected rank 3 or more", () -> new Conv1D(5, 3).apply(Input.shape(4)));
    JoiningLayersTest.refused("padding=causal", () -> new Conv2DTranspose(5, 3).padding("causal"));
    JoiningLayersTest.refused(
        "nothing is left",
        () ->
            new Conv1DTranspose(5, 2)
                .strides(2)
                .padding("same")
                .outputPadding(0)
                .apply(Input.shape(1, 3)));
  }
}
