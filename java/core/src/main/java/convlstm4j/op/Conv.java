package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A convolution (cross-correlation, as everywhere in deep learning) over 2 or 3 spatial axes.
 * Inputs: {@code x [N, image of C]}, {@code w [K.., C / groups, F]}, {@code b [F]} if there is a
 * bias; output {@code y [N, image of F]}; images in the order of the window's format, weights in
 * Keras's layout.
 *
 * @param filters F, output channels; at least 1
 * @param window the geometry; 2 or 3 spatial axes
 * @param useBias whether there is {@code b}
 * @param groups parts into which channels and filters are cut in order; each has its own of both
 */
public record Conv(int filters, Window window, boolean useBias, int groups) implements Op {
  /**
   * A convolution of one group.
   *
   * @param filters F, output channels; at least 1
   * @param window the geometry; 2 or 3 spatial axes
   * @param useBias whether there is {@code b}
   */
  public Conv(int filters, Window window, boolean useBias) {
    this(filters, window, useBias, 1);
  }

  public Conv {
    Checks.that(
        groups >= 1 && filters % groups == 0,
        "groups=" + groups + ", expected a divisor of filters=" + filters);
    Checks.that(filters >= 1, "filters=" + filters + ", must be >= 1");
    Checks.that(window.rank() >= 2, "kernel_size=" + window.size() + ", expected 2 or 3 values");
  }

  @Override
  public List<String> inputNames() {
    return useBias ? List.of("x", "w", "b") : List.of("x", "w");
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.windows(this, window, false, input, axis);
  }

  @Override
  public double flops(List<Shape> inputs) {
    double taps = (double) inputs.get(1).elements() / filters;
    return 2 * taps * outputShapes(inputs).get(0).elements();
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(
        this, "x", x, window.rank() + 2, "[N, channels and " + window.rank() + " spatial axes]");
    Shape image = x.from(1);
    Checks.known(this, "x", Shape.of(window.format().channels(image)), "channels");
    long channels = window.format().channels(image);
    Checks.that(
        channels % groups == 0,
        "groups=" + groups + ", expected a divisor of the " + channels + " channels of x " + x);
    long[] w = new long[window.rank() + 2];
    for (int i = 0; i < window.rank(); i++) {
      w[i] = window.size().get(i);
    }
    w[w.length - 2] = channels / groups;
    w[w.length - 1] = filters;
    Checks.fits(this, "w", inputs.get(1), Shape.of(w), "[K.., C / groups, F]");
    if (useBias) {
      Checks.fits(this, "b", inputs.get(2), Shape.of(filters), "[F]");
    }
    Shape spatial = window.output(opName(), window.format().spatial(image));
    return List.of(window.format().image(filters, spatial).prepend(x.dim(0)));
  }
}
