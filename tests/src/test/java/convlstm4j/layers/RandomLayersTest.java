package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.layer.GaussianDropout;
import convlstm4j.layer.GaussianNoise;
import convlstm4j.layer.RandomFlip;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Noise, and images that are mirrored at random. */
class RandomLayersTest {
  private static Tensor of(double value, Shape shape) {
    double[] all = new double[(int) shape.elements()];
    java.util.Arrays.fill(all, value);
    return Tensor.of(all, shape);
  }

  private static void checkMoments(Layer layer, double mean, double deviation) {
    Tensor x = of(2, Shape.of(4, 5000));
    double[] y = Apply.random(layer, true, 1, x).first().doubles();
    double sum = 0;
    double squares = 0;
    for (double v : y) {
      sum += v / y.length;
      squares += (v - mean) * (v - mean) / y.length;
    }
    assertEquals(mean, sum, 5 * deviation / Math.sqrt(y.length));
    assertEquals(deviation, Math.sqrt(squares), 0.03 * deviation);
  }

  @Test
  void noiseHasItsMeanAndDeviation() {
    checkMoments(new GaussianNoise(0.5), 2, 0.5);
    checkMoments(new GaussianDropout(0.2), 2, 2 * Math.sqrt(0.2 / 0.8));
  }

  @Test
  void nothingHappensAtInference() {
    Tensor x = Apply.tensor(Shape.of(3, 2, 4, 2), 1);
    for (Layer l :
        new Layer[] {
          new GaussianNoise(0.5),
          new GaussianDropout(0.5),
          new RandomFlip(RandomFlip.Mode.HORIZONTAL_AND_VERTICAL)
        }) {
      assertArrayEquals(x.doubles(), Apply.random(l, false, 1, x).first().doubles(), 0);
    }
  }

  /** Each image is as it was or mirrored, both kinds come. */
  @Test
  void someImagesAreMirrored() {
    int images = 60;
    Tensor x = Apply.tensor(Shape.of(images, 2, 3, 1), 1);
    for (RandomFlip.Mode mode : RandomFlip.Mode.values()) {
      double[] y = Apply.random(new RandomFlip(mode), true, 1, x).first().doubles();
      int mirrored = 0;
      for (int n = 0; n < images; n++) {
        boolean same = y[n * 6] == x.get(n * 6);
        mirrored += same ? 0 : 1;
        for (int i = 0; i < 6; i++) {
          int row = same || mode == RandomFlip.Mode.HORIZONTAL ? i / 3 : 1 - i / 3;
          int column = same || mode == RandomFlip.Mode.VERTICAL ? i % 3 : 2 - i % 3;
          assertEquals(x.get(n * 6 + row * 3 + column), y[n * 6 + i], 0, mode + " of " + n);
        }
      }
      assertTrue(mirrored > 10 && mirrored < 50, mode + ": " + mirrored);
    }
    LayerGradients.check(
        new RandomFlip(RandomFlip.Mode.VERTICAL), true, Apply.tensor(Shape.of(3, 2, 3, 1), 2));
    LayerGradients.check(new GaussianDropout(0.3), true, Apply.tensor(Shape.of(3, 4), 3));
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new GaussianNoise(-1));
    assertThrows(IllegalArgumentException.class, () -> new GaussianNoise(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new GaussianDropout(1));
  }
}
