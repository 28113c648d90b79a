package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Layer;
import convlstm4j.layer.Cropping1D;
import convlstm4j.layer.Cropping2D;
import convlstm4j.layer.Cropping3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.UpSampling1D;
import convlstm4j.layer.UpSampling2D;
import convlstm4j.layer.UpSampling3D;
import convlstm4j.layer.ZeroPadding1D;
import convlstm4j.layer.ZeroPadding2D;
import convlstm4j.layer.ZeroPadding3D;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Padding, cropping and upsampling against plain loops over places. */
class FramingLayersTest {
  /** A layer, the input's shape, places in front and behind along each axis but the batch's. */
  private record Frame(Supplier<Layer> layer, Shape x, List<Integer> before, List<Integer> after) {}

  static List<Frame> frames() {
    DataFormat first = DataFormat.CHANNELS_FIRST;
    Shape video = Shape.of(2, 4, 5, 6, 3);
    return List.of(
        new Frame(() -> new ZeroPadding1D(2), Shape.of(2, 4, 3), List.of(2, 0), List.of(2, 0)),
        new Frame(() -> new ZeroPadding1D(0, 2), Shape.of(2, 4, 3), List.of(0, 0), List.of(2, 0)),
        new Frame(
            () -> new ZeroPadding2D(1, 2),
            Shape.of(2, 4, 5, 3),
            List.of(1, 2, 0),
            List.of(1, 2, 0)),
        new Frame(
            () -> new ZeroPadding2D(1, 0, 3, 2).dataFormat(first),
            Shape.of(2, 3, 4, 5),
            List.of(0, 1, 3),
            List.of(0, 0, 2)),
        new Frame(
            () -> new ZeroPadding3D(1, 2, 0), video, List.of(1, 2, 0, 0), List.of(1, 2, 0, 0)),
        new Frame(() -> new Cropping1D(1, 2), Shape.of(2, 4, 3), List.of(-1, 0), List.of(-2, 0)),
        new Frame(
            () -> new Cropping2D(1, 0, 2, 1),
            Shape.of(2, 4, 5, 3),
            List.of(-1, -2, 0),
            List.of(0, -1, 0)),
        new Frame(
            () -> new Cropping2D(1).dataFormat("channels_first"),
            Shape.of(2, 3, 4, 5),
            List.of(0, -1, -1),
            List.of(0, -1, -1)),
        new Frame(
            () -> new Cropping3D(0, 1, 2, 0, 1, 1),
            video,
            List.of(0, -2, -1, 0),
            List.of(-1, 0, -1, 0)));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void framesHaveZerosOrLessAtTheEdges(Frame f) {
    Tensor x = Apply.tensor(f.x, 1);
    Tensor y = Apply.random(f.layer.get(), false, 1, x).first();
    Shape out = f.x;
    for (int d = 1; d < f.x.rank(); d++) {
      out = out.with(d, f.x.dim(d) + f.before.get(d - 1) + f.after.get(d - 1));
    }
    assertEquals(out, y.shape());
    for (int i = 0; i < y.size(); i++) {
      long at = 0;
      boolean inside = true;
      for (int d = 0; d < out.rank(); d++) {
        long place = i / out.from(d + 1).elements() % out.dim(d);
        long source = place - (d == 0 ? 0 : f.before.get(d - 1));
        inside &= source >= 0 && source < f.x.dim(d);
        at += source * f.x.from(d + 1).elements();
      }
      assertEquals(inside ? x.get((int) at) : 0, y.get(i), 0, "place " + i);
    }
    LayerGradients.check(f.layer.get(), true, x);
  }

  @Test
  void nearestRepeatsPixels() {
    Tensor x = Apply.tensor(Shape.of(2, 2, 3, 2), 1);
    Tensor y = Apply.random(new UpSampling2D(2, 3), false, 1, x).first();
    assertEquals(Shape.of(2, 4, 9, 2), y.shape());
    for (int i = 0; i < y.size(); i++) {
      int c = i % 2;
      int w = i / 2 % 9 / 3;
      int h = i / 18 % 4 / 2;
      assertEquals(x.get(i / 72 * 12 + h * 6 + w * 2 + c), y.get(i), 0);
    }
    Tensor steps = Apply.tensor(Shape.of(2, 3, 4), 1);
    Tensor longer = Apply.random(new UpSampling1D(3), false, 1, steps).first();
    for (int i = 0; i < longer.size(); i++) {
      assertEquals(steps.get(i / 36 * 12 + i / 4 % 9 / 3 * 4 + i % 4), longer.get(i), 0);
    }
    Tensor video = Apply.tensor(Shape.of(1, 2, 2, 3, 2), 1);
    Layer first = new UpSampling3D(1, 2, 3).dataFormat(DataFormat.CHANNELS_FIRST);
    assertEquals(Shape.of(1, 2, 2, 6, 6), Apply.random(first, false, 1, video).first().shape());
    LayerGradients.check(new UpSampling2D(2, 3), true, x);
    LayerGradients.check(new UpSampling1D(3), true, steps);
    LayerGradients.check(new UpSampling3D(2), true, video);
  }

  /** By the place of each pixel's centre, as TensorFlow's and PyTorch's resizing. */
  @Test
  void bilinearLiesBetweenCentres() {
    for (int factor : new int[] {1, 2, 3, 5}) {
      for (Shape shape : List.of(Shape.of(2, 3, 4, 2), Shape.of(1, 1, 5, 1))) {
        Tensor x = Apply.tensor(shape, 1);
        Tensor y =
            Apply.random(new UpSampling2D(factor, 2).interpolation("bilinear"), false, 1, x)
                .first();
        int h = (int) shape.dim(1);
        int w = (int) shape.dim(2);
        int c = (int) shape.dim(3);
        assertEquals(shape.with(1, (long) h * factor).with(2, w * 2L), y.shape());
        for (int i = 0; i < y.size(); i++) {
          double row = (i / c / (2 * w) % (h * factor) + 0.5) / factor - 0.5;
          double column = (i / c % (2 * w) + 0.5) / 2 - 0.5;
          int n = i / c / (2 * w) / (h * factor);
          double expected = 0;
          for (int a = 0; a < 2; a++) {
            for (int b = 0; b < 2; b++) {
              double r = Math.floor(row) + a;
              double q = Math.floor(column) + b;
              double weight = (1 - Math.abs(row - r)) * (1 - Math.abs(column - q));
              int at = (int) Math.min(Math.max(r, 0), h - 1.0);
              int to = (int) Math.min(Math.max(q, 0), w - 1.0);
              expected += weight * x.get(((n * h + at) * w + to) * c + i % c);
            }
          }
          assertEquals(expected, y.get(i), 1e-12);
        }
      }
    }
    LayerGradients.check(
        new UpSampling2D(2, 3).interpolation("bilinear").dataFormat("channels_first"),
        true,
        Apply.tensor(Shape.of(2, 2, 3, 2), 1));
  }

  @Test
  void unknownSizesStayUnknown() {
    long any = Input.ANY;
    Layer bilinear = new UpSampling2D(2).interpolation("bilinear");
    assertEquals(Shape.of(any, any, 8, 3), bilinear.apply(Input.shape(any, 4, 3)).shape());
    assertEquals(
        Shape.of(any, any, 6, 3), new ZeroPadding2D(1).apply(Input.shape(any, 4, 3)).shape());
    assertEquals(
        Shape.of(any, any, 8, 3), new UpSampling2D(2).apply(Input.shape(any, 4, 3)).shape());
  }

  @Test
  void wrongUseIsRefused() {
    JoiningLayersTest.refused(
        "nothing is left along axis 1", () -> new Cropping2D(2).apply(Input.shape(4, 5, 3)));
    JoiningLayersTest.refused(
        "expected rank 4", () -> new ZeroPadding2D(2).apply(Input.shape(4, 5)));
    JoiningLayersTest.refused(
        "padding=[1, 2, 3], expected 1, 2 or 4 numbers", () -> new ZeroPadding2D(1, 2, 3));
    JoiningLayersTest.refused("cropping=[-1], expected 1 or 2", () -> new Cropping1D(-1));
    JoiningLayersTest.refused("size=[0, 0]", () -> new UpSampling2D(0));
    JoiningLayersTest.refused(
        "interpolation=cubic, expected one of [nearest, bilinear, bicubic",
        () -> new UpSampling2D(2).interpolation("cubic"));
    JoiningLayersTest.refused(
        "expected rank 5", () -> new UpSampling3D(2).apply(Input.shape(4, 5, 3)));
  }
}
