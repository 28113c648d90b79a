package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.DepthwiseConv1D;
import convlstm4j.layer.DepthwiseConv2D;
import convlstm4j.layer.SeparableConv1D;
import convlstm4j.layer.SeparableConv2D;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Depthwise and separable convolutions against plain loops. */
class DepthwiseLayersTest {
  private static final int C = 3;
  private static final int M = 2;

  /** {@code y[n, t, c M + m] = sum_k x[n, t + k, c] w[k, c, m]}. */
  private static double[] alongTime(Tensor x, Tensor w, int taps) {
    int steps = (int) x.shape().dim(1);
    int out = steps - taps + 1;
    double[] y = new double[(int) x.shape().dim(0) * out * C * M];
    for (int i = 0; i < y.length; i++) {
      int m = i % M;
      int c = i / M % C;
      int t = i / (M * C) % out;
      int n = i / (M * C * out);
      for (int k = 0; k < taps; k++) {
        y[i] += x.get((n * steps + t + k) * C + c) * w.get((k * C + c) * M + m);
      }
    }
    return y;
  }

  @Test
  void everyChannelHasKernelsOfItsOwn() {
    Tensor x = Apply.tensor(Shape.of(2, 5, C), 1);
    DepthwiseConv1D layer = new DepthwiseConv1D(2).depthMultiplier(M).useBias(false);
    Apply.Result r = Apply.random(layer, false, 1, x);
    assertEquals(Shape.of(2, 4, C * M), r.first().shape());
    assertArrayEquals(alongTime(x, r.weights().get(0), 2), r.first().doubles(), 1e-12);
    LayerGradients.check(new DepthwiseConv1D(2).depthMultiplier(M), true, x);
  }

  @Test
  void channelsAreMixedAfterwards() {
    Tensor x = Apply.tensor(Shape.of(2, 5, C), 2);
    SeparableConv1D layer = new SeparableConv1D(4, 3).depthMultiplier(M);
    Apply.Result r = Apply.random(layer, false, 1, x);
    assertEquals(Shape.of(3, C, M), r.weights().get(0).shape());
    assertEquals(Shape.of(1, C * M, 4), r.weights().get(1).shape());
    double[] each = alongTime(x, r.weights().get(0), 3);
    double[] expected = new double[2 * 3 * 4];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = r.weights().get(2).get(i % 4);
      for (int c = 0; c < C * M; c++) {
        expected[i] += each[i / 4 * C * M + c] * r.weights().get(1).get(c * 4 + i % 4);
      }
    }
    assertArrayEquals(expected, r.first().doubles(), 1e-12);
    LayerGradients.check(new SeparableConv1D(2, 3).depthMultiplier(M), true, x);
  }

  /** Images with strides, dilation, either data format; of videos each by itself. */
  @Test
  void imagesHaveGradients() {
    Tensor x = Apply.tensor(Shape.of(2, 5, 4, C), 3);
    LayerGradients.check(
        new DepthwiseConv2D(3, 2).strides(2, 2).padding("same").activation("tanh"), true, x);
    LayerGradients.check(new SeparableConv2D(2, 2).dilationRate(2, 1).useBias(false), true, x);
    LayerGradients.check(
        new DepthwiseConv2D(2).dataFormat("channels_first").depthMultiplier(M),
        true,
        Apply.tensor(Shape.of(2, C, 4, 3), 4));
    Tensor video = Apply.tensor(Shape.of(2, 2, 4, 3, C), 5);
    Apply.Result all = Apply.random(new SeparableConv2D(2, 2), false, 1, video);
    Apply.Result second =
        Apply.with(all.weights(), new SeparableConv2D(2, 2), false, null, Apply.step(video, 1));
    Apply.same("step 1", second.first(), Apply.step(all.first(), 1));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new DepthwiseConv2D(3).depthMultiplier(0));
    assertTrue(e.getMessage().contains("depth_multiplier=0"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new SeparableConv1D(0, 3));
  }
}
