package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Layer;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * The shape that a graph says is the shape that is computed, and both are Keras's: {@code ceil(n /
 * s)} or {@code ceil((n - d (k - 1)) / s)}.
 */
class ShapePropertiesTest {
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void convLstm(
      @ForAll DataFormat format,
      @ForAll Padding padding,
      @ForAll boolean sequences,
      @ForAll @IntRange(min = 1, max = 4) int kh,
      @ForAll @IntRange(min = 1, max = 4) int kw,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 1, max = 3) int dilation,
      @ForAll @IntRange(min = 10, max = 13) int height,
      @ForAll @IntRange(min = 10, max = 13) int width) {
    int d = stride > 1 ? 1 : dilation;
    ConvLSTM2D l =
        new ConvLSTM2D(2, kh, kw)
            .strides(stride, 1)
            .dilationRate(d, 1)
            .padding(padding)
            .dataFormat(format)
            .returnSequences(sequences)
            .returnState(true);
    Shape image = format.image(2, spatial(padding, kh, kw, stride, d, height, width));
    Shape x = format.image(3, Shape.of(height, width)).prepend(2, 3);
    Apply.Result r = run(l, x);
    assertEquals(sequences ? image.prepend(2, 3) : image.prepend(2), r.first().shape());
    assertEquals(image.prepend(2), r.outputs().get(1).shape());
    assertEquals(image.prepend(2), r.outputs().get(2).shape());
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void convolutionsAndPools(
      @ForAll DataFormat format,
      @ForAll Padding padding,
      @ForAll @IntRange(min = 1, max = 4) int kh,
      @ForAll @IntRange(min = 1, max = 4) int kw,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 4, max = 8) int height,
      @ForAll @IntRange(min = 4, max = 8) int width) {
    Shape out = spatial(padding, kh, kw, stride, 1, height, width);
    Shape x = format.image(3, Shape.of(height, width)).prepend(2);
    Layer conv = new Conv2D(5, kh, kw).strides(stride, 1).padding(padding).dataFormat(format);
    assertEquals(format.image(5, out).prepend(2), run(conv, x).first().shape());
    Layer pool = new MaxPooling2D(kh, kw).strides(stride, 1).padding(padding).dataFormat(format);
    assertEquals(format.image(3, out).prepend(2), run(pool, x).first().shape());
    Shape deep = format.image(3, Shape.of(5, height, width)).prepend(2);
    Layer conv3 =
        new Conv3D(2, 1, kh, kw).strides(1, stride, 1).padding(padding).dataFormat(format);
    assertEquals(format.image(2, out.prepend(5)).prepend(2), run(conv3, deep).first().shape());
    Layer pool3 =
        new AveragePooling3D(1, kh, kw).strides(1, stride, 1).padding(padding).dataFormat(format);
    assertEquals(format.image(3, out.prepend(5)).prepend(2), run(pool3, deep).first().shape());
  }

  private static Shape spatial(
      Padding padding, int kh, int kw, int stride, int dilation, int height, int width) {
    int h = padding == Padding.SAME ? height : height - dilation * (kh - 1);
    int w = padding == Padding.SAME ? width : width - (kw - 1);
    return Shape.of((h + stride - 1) / stride, w);
  }

  /** Runs a layer and compares what the graph said with what came. */
  private static Apply.Result run(Layer l, Shape x) {
    Tensor values = Apply.tensor(x, 3);
    Apply.Result r = Apply.random(l, false, 1, values);
    for (int k = 0; k < r.outputs().size(); k++) {
      assertEquals(r.inferred().get(k), r.outputs().get(k).shape().with(0, Input.ANY));
    }
    return r;
  }
}
