package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.CenterCrop;
import convlstm4j.layer.Resizing;
import convlstm4j.layer.UpSampling2D;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Images of other sizes; more numbers are Keras's own, in KerasCasesTest. */
class ResizingLayersTest {
  private static final Tensor ROW = Tensor.of(new double[] {1, 2, 4, 8}, 1, 1, 4, 1);

  private static double[] resized(Resizing layer, Tensor x) {
    return Apply.random(layer, false, 1, x).first().doubles();
  }

  @Test
  void interpolationsHaveTheirNumbers() {
    assertArrayEquals(
        new double[] {1, 4, 8}, resized(new Resizing(1, 3).interpolation("nearest"), ROW), 0);
    // Centres at 1/6, 3/2 and 17/6.
    assertArrayEquals(
        new double[] {1 + 1 / 6.0, 3, 8 - 4 / 6.0}, resized(new Resizing(1, 3), ROW), 1e-6);
    // At 3/2: weights -1/16, 9/16, 9/16, -1/16 of Keys's kernel.
    assertEquals(
        (-1 + 9 * 2 + 9 * 4 - 8) / 16.0,
        resized(new Resizing(1, 3).interpolation("bicubic"), ROW)[1],
        1e-6);
    // Two pixels for each: triangles over four, of which 3/8, 3/8 and 1/8 outside the pair.
    assertArrayEquals(
        new double[] {(3 * 1 + 3 * 2 + 4) / 7.0, (2 + 3 * 4 + 3 * 8) / 7.0},
        resized(new Resizing(1, 2).antialias(true), ROW),
        1e-6);
  }

  /** A constant stays one whatever the kernel. */
  @Test
  void weightsSumToOne() {
    Tensor ones = Tensor.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 2, 5, 1);
    for (String kind : new String[] {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}) {
      for (boolean antialias : new boolean[] {false, true}) {
        Resizing layer = new Resizing(3, 7).interpolation(kind).antialias(antialias);
        for (double y : resized(layer, ones)) {
          assertEquals(1, y, 1e-6, kind);
        }
      }
    }
  }

  @Test
  void sidesAreCutOrAdded() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 4, 1);
    assertArrayEquals(
        new double[] {2, 3, 6, 7}, resized(new Resizing(2, 2).cropToAspectRatio(true), x), 0);
    double[] padded = resized(new Resizing(4, 4).padToAspectRatio(true).fillValue(9), x);
    assertArrayEquals(new double[] {9, 9, 9, 9, 1, 2, 3, 4}, head(padded, 8), 0);
    assertArrayEquals(
        new double[] {2, 3}, Apply.random(new CenterCrop(1, 2), false, 1, x).first().doubles(), 0);
    // Too small for the crop: the ratio of sides, then the size.
    assertEquals(
        Shape.of(1, 3, 3, 1), Apply.random(new CenterCrop(3, 3), false, 1, x).first().shape());
  }

  private static double[] head(double[] values, int n) {
    return java.util.Arrays.copyOf(values, n);
  }

  @Test
  void gradientsAreRight() {
    Tensor x = Apply.tensor(Shape.of(2, 3, 4, 2), 1);
    LayerGradients.check(new Resizing(5, 3), true, x);
    LayerGradients.check(
        new Resizing(2, 7).interpolation("bicubic").antialias(true).padToAspectRatio(true),
        true,
        x);
    LayerGradients.check(new UpSampling2D(2, 3).interpolation("lanczos3"), true, x);
    LayerGradients.check(
        new UpSampling2D(2).interpolation("bilinear").dataFormat("channels_first"), true, x);
    LayerGradients.check(new CenterCrop(2, 2), true, x);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new Resizing(2, 2).interpolation("area"));
    assertTrue(e.getMessage().contains("interpolation=area"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new Resizing(0, 2));
    assertThrows(IllegalArgumentException.class, () -> new Resizing(2, 2).fillValue(Double.NaN));
  }
}
