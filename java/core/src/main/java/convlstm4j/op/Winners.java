package convlstm4j.op;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Where along one axis the maxima of a pooling are taken from. Input {@code x [N, image of C]},
 * output {@code places}: for each window the place of its winner, from 0 for the window's first
 * pixel, padding counted, many in a number. So of {@link Pool}'s output shape, but along the axis
 * {@link #perNumber} times smaller, rounded up: window k is digit {@code k % perNumber} of number
 * {@code k / perNumber} in base {@code 2^bits}. Of equal values the first in row-major order wins,
 * as for the gradient of {@link Pool}; of a window with a NaN nobody does, and the place is 0.
 *
 * @param window of the pooling; 2 or 3 spatial axes, no dilation
 * @param axis of x, one of the image's spatial ones
 */
public record Winners(Window window, int axis) implements Op {
  /** Whole numbers of so many bits are exact in float32. */
  private static final int EXACT_BITS = 24;

  public Winners {
    Checks.that(
        spatial(window, axis) >= 0 && spatial(window, axis) < window.rank(),
        "Winners: axis "
            + axis
            + ", expected a spatial one of images "
            + window.format().kerasName());
  }

  private static int spatial(Window window, int axis) {
    return axis - (window.format() == DataFormat.CHANNELS_FIRST ? 2 : 1);
  }

  /**
   * Which of the window's axes it is.
   *
   * @return from 0
   */
  public int spatial() {
    return spatial(window, axis);
  }

  /**
   * Bits of a place.
   *
   * @param size of the window along the axis
   * @return at least 1
   */
  public static int bits(int size) {
    return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(size - 1));
  }

  /**
   * Places in a number.
   *
   * @param size of the window along the axis
   * @return at least 1
   */
  public static int perNumber(int size) {
    return EXACT_BITS / bits(size);
  }

  @Override
  public List<String> outputNames() {
    return List.of("places");
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis == this.axis
        ? Along.whole(this, "packs windows along it", axis)
        : Along.images(this, window, true, input, axis);
  }

  private Shape pooled(List<Shape> inputs) {
    return new Pool(Pool.Mode.MAX, window).outputShapes(inputs).get(0);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape y = pooled(inputs);
    long n = y.dim(axis);
    int per = perNumber(window.size().get(spatial()));
    return List.of(n == Shape.UNKNOWN ? y : y.with(axis, (n + per - 1) / per));
  }

  @Override
  public double flops(List<Shape> inputs) {
    long taps = window.size().stream().mapToLong(s -> s).reduce(1, Math::multiplyExact);
    return (double) taps * pooled(inputs).elements();
  }
}
