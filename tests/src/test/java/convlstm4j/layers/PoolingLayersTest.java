package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.layer.AveragePooling1D;
import convlstm4j.layer.GlobalAveragePooling1D;
import convlstm4j.layer.GlobalMaxPooling1D;
import convlstm4j.layer.GlobalMaxPooling2D;
import convlstm4j.layer.GlobalMaxPooling3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling1D;
import convlstm4j.layer.Operations;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Poolings along time, and the largest of all pixels, against plain loops. */
class PoolingLayersTest {
  private final Tensor x = Apply.tensor(Shape.of(2, 7, 3), 1);

  @Test
  void windowsAlongTime() {
    Tensor max = Apply.random(new MaxPooling1D(3).strides(2), false, 1, x).first();
    Tensor same = Apply.random(new AveragePooling1D(3).padding("same"), false, 1, x).first();
    assertEquals(Shape.of(2, 3, 3), max.shape());
    assertEquals(Shape.of(2, 3, 3), same.shape());
    for (int n = 0; n < 2; n++) {
      for (int t = 0; t < 3; t++) {
        for (int c = 0; c < 3; c++) {
          double largest = Double.NEGATIVE_INFINITY;
          double sum = 0;
          int count = 0;
          for (int k = 0; k < 3; k++) {
            largest = Math.max(largest, x.get((n * 7 + 2 * t + k) * 3 + c));
            int at = 3 * t + k - 1; // padding of 2, one before and one after
            if (at >= 0 && at < 7) {
              sum += x.get((n * 7 + at) * 3 + c);
              count++;
            }
          }
          assertEquals(largest, max.get((n * 3 + t) * 3 + c), 0);
          assertEquals(sum / count, same.get((n * 3 + t) * 3 + c), 1e-12);
        }
      }
    }
    LayerGradients.check(new MaxPooling1D(3).strides(2), true, x);
    LayerGradients.check(new AveragePooling1D(2).dataFormat("channels_first"), true, x);
  }

  /** The largest, or the sum, of all elements that a place of the output is of. */
  private static double largest(Tensor t, int first, int step, int count) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < count; k++) {
      largest = Math.max(largest, t.get(first + k * step));
    }
    return largest;
  }

  @Test
  void largestAndMeanOfAll() {
    Tensor max = Apply.random(new GlobalMaxPooling1D().keepDims(true), false, 1, x).first();
    Tensor mean = Apply.random(new GlobalAveragePooling1D(), false, 1, x).first();
    assertEquals(Shape.of(2, 1, 3), max.shape());
    assertEquals(Shape.of(2, 3), mean.shape());
    for (int i = 0; i < 6; i++) {
      int first = i / 3 * 21 + i % 3;
      assertEquals(largest(x, first, 3, 7), max.get(i), 0);
      double sum = 0;
      for (int k = 0; k < 7; k++) {
        sum += x.get(first + 3 * k);
      }
      assertEquals(sum / 7, mean.get(i), 1e-12);
    }
    Tensor image = Apply.tensor(Shape.of(2, 3, 4, 5), 2);
    Tensor last = Apply.random(new GlobalMaxPooling2D(), false, 1, image).first();
    Layer channelsFirst = new GlobalMaxPooling2D().dataFormat("channels_first").keepDims(true);
    Tensor first = Apply.random(channelsFirst, false, 1, image).first();
    assertEquals(Shape.of(2, 5), last.shape());
    assertEquals(Shape.of(2, 3, 1, 1), first.shape());
    for (int i = 0; i < 10; i++) {
      assertEquals(largest(image, i / 5 * 60 + i % 5, 5, 12), last.get(i), 0);
    }
    for (int i = 0; i < 6; i++) {
      assertEquals(largest(image, i * 20, 1, 20), first.get(i), 0);
    }
    Tensor video = Apply.tensor(Shape.of(2, 2, 3, 4, 5), 3);
    assertEquals(
        Shape.of(2, 1, 1, 1, 5),
        Apply.random(new GlobalMaxPooling3D().keepDims(true), false, 1, video).first().shape());
    LayerGradients.check(new GlobalMaxPooling1D(), true, x);
    LayerGradients.check(new GlobalAveragePooling1D().keepDims(true), true, x);
    LayerGradients.check(new GlobalMaxPooling2D().dataFormat("channels_first"), true, image);
    LayerGradients.check(new GlobalMaxPooling3D(), true, video);
  }

  @Test
  void shapesOfOpenSizesAndWrongOnes() {
    long any = Input.ANY;
    assertEquals(
        Shape.of(any, 3), new GlobalMaxPooling2D().apply(Input.shape(any, any, 3)).shape());
    assertEquals(Shape.of(any, any, 3), new MaxPooling1D(2).apply(Input.shape(any, 3)).shape());
    assertEquals(
        Shape.of(any, 4, 2, 3), new AveragePooling1D(2).apply(Input.shape(4, 5, 3)).shape());
    JoiningLayersTest.refused(
        "expected rank 3 or more", () -> new GlobalMaxPooling1D().apply(Input.shape(3)));
    JoiningLayersTest.refused("pool_size=[0]", () -> new MaxPooling1D(0));
  }

  /** More pixels than a window may have along one axis. */
  @Test
  void theLargestPixelOfALargeImage() {
    Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1030, 1030, 1));
    x.set(1030 * 1029, 5);
    assertEquals(5, Apply.random(new GlobalMaxPooling2D(), false, 1, x).first().get(0));
    ShapeException e =
        assertThrows(
            ShapeException.class, () -> Operations.max(false, 1).apply(Input.shape(1 + (1 << 20))));
    assertTrue(e.getMessage().contains("the largest along axis 1"), e.getMessage());
  }
}
