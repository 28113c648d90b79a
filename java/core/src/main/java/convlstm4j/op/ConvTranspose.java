package convlstm4j.op;

import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A transposed convolution over 2 or 3 spatial axes: what the gradient of a {@link Conv} without
 * padding does to its output. Every pixel of x is spread over the window's taps of y, so y is as
 * large as the image from which a window without padding would make x; {@link Pad} makes it smaller
 * or larger. Inputs: {@code x [N, image of C]} and {@code w [K.., F, C]}; output {@code y [N, image
 * of F]}; images in the order of the window's format, weights in Keras's layout.
 *
 * @param filters F, output channels; at least 1
 * @param window the geometry, without padding; 2 or 3 spatial axes
 */
public record ConvTranspose(int filters, Window window) implements Op {
  public ConvTranspose {
    Checks.that(filters >= 1, "filters=" + filters + ", must be >= 1");
    Checks.that(window.rank() >= 2, "kernel_size=" + window.size() + ", expected 2 or 3 values");
    Checks.that(
        window.padding() == Padding.VALID,
        "padding=" + window.padding().kerasName() + ", expected valid; cut the output instead");
  }

  @Override
  public List<String> inputNames() {
    return List.of("x", "w");
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.images(this, window, false, input, axis);
  }

  @Override
  public double flops(List<Shape> inputs) {
    long channels = inputs.get(1).dim(-1);
    return 2.0 * inputs.get(0).elements() / channels * inputs.get(1).elements();
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(
        this, "x", x, window.rank() + 2, "[N, channels and " + window.rank() + " spatial axes]");
    Shape image = x.from(1);
    Checks.known(this, "x", Shape.of(window.format().channels(image)), "channels");
    Shape spatial = window.format().spatial(image);
    long[] w = new long[window.rank() + 2];
    long[] out = new long[window.rank()];
    for (int i = 0; i < out.length; i++) {
      w[i] = window.size().get(i);
      long n = spatial.dim(i);
      out[i] = n == Shape.UNKNOWN ? n : (n - 1) * window.strides().get(i) + window.extent(i);
    }
    w[w.length - 2] = filters;
    w[w.length - 1] = window.format().channels(image);
    Checks.fits(this, "w", inputs.get(1), Shape.of(w), "[K.., F, C]");
    return List.of(window.format().image(filters, Shape.of(out)).prepend(x.dim(0)));
  }
}
