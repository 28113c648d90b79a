package convlstm4j.backend.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.op.Conv;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Convolutions against the definition, one output element at a time. */
class ConvFormulaTest {
  private static final List<Integer> ONE = List.of(1, 1);
  private static final List<Integer> ONES = List.of(1, 1, 1);

  private static Tensor random(int stream, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, new Philox(17, stream).normal(i));
    }
    return t;
  }

  /** Padding before the image along one axis: Keras's "same" puts the odd pixel after it. */
  private static int padBefore(Window w, int axis, int n) {
    if (w.padding() == Padding.VALID) {
      return 0;
    }
    int s = w.strides().get(axis);
    int outputs = (n + s - 1) / s;
    int covered = (outputs - 1) * s + (w.size().get(axis) - 1) * w.dilation().get(axis) + 1;
    return Math.max(covered - n, 0) / 2;
  }

  /** An element of an image in either format; 0 outside it. */
  private static double pixel(Tensor x, DataFormat format, int n, int[] at, int c) {
    Shape image = x.shape().from(1);
    Shape spatial = format.spatial(image);
    int position = 0;
    for (int d = 0; d < at.length; d++) {
      if (at[d] < 0 || at[d] >= spatial.dim(d)) {
        return 0;
      }
      position = (int) (position * spatial.dim(d)) + at[d];
    }
    int channels = (int) format.channels(image);
    int pixels = (int) spatial.elements();
    int inside =
        format == DataFormat.CHANNELS_LAST ? position * channels + c : c * pixels + position;
    return x.get(n * channels * pixels + inside);
  }

  private static int[] unravel(int index, int[] sizes) {
    int[] at = new int[sizes.length];
    int rest = index;
    for (int d = sizes.length - 1; d >= 0; d--) {
      at[d] = rest % sizes[d];
      rest /= sizes[d];
    }
    return at;
  }

  private static double defined(Conv op, Tensor x, Tensor w, Tensor b, int n, int[] o, int f) {
    Window win = op.window();
    int channels = (int) win.format().channels(x.shape().from(1));
    Shape spatial = win.format().spatial(x.shape().from(1));
    int[] sizes = win.size().stream().mapToInt(Integer::intValue).toArray();
    int taps = 1;
    for (int s : sizes) {
      taps *= s;
    }
    double sum = b == null ? 0 : b.get(f);
    for (int tap = 0; tap < taps; tap++) {
      int[] k = unravel(tap, sizes);
      int[] at = new int[o.length];
      for (int d = 0; d < o.length; d++) {
        at[d] =
            o[d] * win.strides().get(d)
                + k[d] * win.dilation().get(d)
                - padBefore(win, d, (int) spatial.dim(d));
      }
      for (int c = 0; c < channels; c++) {
        sum += pixel(x, win.format(), n, at, c) * w.get((tap * channels + c) * op.filters() + f);
      }
    }
    return sum;
  }

  private static void check(Window window, boolean bias, int channels, int filters, long... size) {
    Conv op = new Conv(filters, window, bias);
    int batch = 2;
    Shape image = window.format().image(channels, Shape.of(size));
    Tensor x = random(1, image.prepend(batch).dims());
    long[] wDims = new long[window.rank() + 2];
    for (int d = 0; d < window.rank(); d++) {
      wDims[d] = window.size().get(d);
    }
    wDims[window.rank()] = channels;
    wDims[window.rank() + 1] = filters;
    Tensor w = random(2, wDims);
    Tensor b = bias ? random(3, filters) : null;
    Tensor[] in = bias ? new Tensor[] {x, w, b} : new Tensor[] {x, w};
    try (OpRun run = OpRun.of(op, in)) {
      Tensor y =
          Tensor.of(
              run.output("y"),
              op.outputShapes(List.of(in).stream().map(Tensor::shape).toList()).get(0));
      Shape out = window.format().spatial(y.shape().from(1));
      int[] sizes = new int[window.rank()];
      int positions = 1;
      for (int d = 0; d < sizes.length; d++) {
        sizes[d] = (int) out.dim(d);
        positions *= sizes[d];
      }
      assertEquals(batch * positions * filters, y.size());
      for (int n = 0; n < batch; n++) {
        for (int p = 0; p < positions; p++) {
          int[] o = unravel(p, sizes);
          for (int f = 0; f < filters; f++) {
            double expected = defined(op, x, w, b, n, o, f);
            assertEquals(expected, pixel(y, window.format(), n, o, f), 1e-12, op.toString());
          }
        }
      }
      checkGradients(op, run, y.size(), in);
    }
  }

  /** The op is linear in x, w and b one by one, so differences of any step are exact. */
  private static void checkGradients(Conv op, OpRun run, int outputs, Tensor... in) {
    double[] dy = random(4, outputs).doubles();
    for (int i = 0; i < in.length; i++) {
      String name = op.inputNames().get(i);
      double[] gradient = run.gradient(name, dy);
      for (int e = 0; e < gradient.length; e += 1 + gradient.length / 7) {
        double value = in[i].get(e);
        in[i].set(e, value + 1);
        try (OpRun moved = OpRun.of(op, in)) {
          double[] before = run.output("y");
          double[] after = moved.output("y");
          double slope = 0;
          for (int k = 0; k < outputs; k++) {
            slope += dy[k] * (after[k] - before[k]);
          }
          assertEquals(slope, gradient[e], 1e-11, op + " d" + name + "[" + e + "]");
        }
        in[i].set(e, value);
      }
    }
  }

  @Test
  void twoAxes() {
    for (DataFormat format : DataFormat.values()) {
      for (Padding padding : Padding.values()) {
        check(new Window(List.of(3, 3), ONE, ONE, padding, format), true, 3, 5, 7, 6);
        check(new Window(List.of(2, 4), ONE, ONE, padding, format), true, 2, 3, 5, 7);
        check(new Window(List.of(3, 2), List.of(2, 3), ONE, padding, format), false, 3, 2, 7, 11);
        check(new Window(List.of(2, 3), ONE, List.of(3, 2), padding, format), true, 3, 4, 7, 5);
        check(new Window(List.of(1, 1), List.of(2, 2), ONE, padding, format), true, 5, 3, 5, 4);
        check(new Window(List.of(5, 1), List.of(1, 3), ONE, padding, format), true, 1, 1, 5, 4);
      }
      // A window larger than the image, all of it padding but for a pixel.
      check(new Window(List.of(7, 5), ONE, ONE, Padding.SAME, format), true, 2, 3, 1, 3);
    }
  }

  @Test
  void threeAxes() {
    for (DataFormat format : DataFormat.values()) {
      for (Padding padding : Padding.values()) {
        check(new Window(List.of(3, 3, 2), ONES, ONES, padding, format), true, 3, 2, 4, 5, 3);
        check(
            new Window(List.of(2, 3, 3), List.of(2, 1, 2), ONES, padding, format),
            true,
            2,
            3,
            5,
            4,
            6);
        check(
            new Window(List.of(2, 2, 3), ONES, List.of(1, 3, 2), padding, format),
            false,
            2,
            3,
            3,
            5,
            6);
      }
    }
  }

  /** A cross-correlation: the kernel is not flipped. */
  @Test
  void kernelIsNotFlipped() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 1, 1, 4, 1);
    Tensor w = Tensor.of(new double[] {10, 1}, 1, 2, 1, 1);
    Window window = new Window(List.of(1, 2), ONE, ONE, Padding.SAME, DataFormat.CHANNELS_LAST);
    try (OpRun run = OpRun.of(new Conv(1, window, false), x, w)) {
      assertArrayEquals(new double[] {12, 23, 34, 40}, run.output("y"));
    }
  }

  /** A million equal terms in float32; added one after the other they come out 1 % off. */
  @Test
  void longSums() {
    int n = 1 << 20;
    float[] x = new float[n];
    double[] dy = new double[n];
    Arrays.fill(x, 0.1f);
    Arrays.fill(dy, 0.1f);
    Window window = new Window(ONE, ONE, ONE, Padding.VALID, DataFormat.CHANNELS_LAST);
    try (OpRun run =
        OpRun.of(
            new Conv(1, window, true),
            Tensor.of(x, 4, 512, 512, 1),
            Tensor.of(new float[] {1}, 1, 1, 1, 1),
            Tensor.of(new float[] {0}, 1))) {
      double exact = n * (double) 0.1f;
      assertEquals(exact, run.gradient("b", dy)[0], 1e-6 * exact);
      assertEquals(exact * 0.1f, run.gradient("w", dy)[0], 1e-6 * exact);
    }
  }
}
