package convlstm4j.op;

import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A window that slides over an image of 2 or 3 spatial axes: the geometry of convolutions and
 * pooling.
 *
 * <p>Along each axis the dilated window and the stride are at most {@link #LARGEST} pixels: beyond,
 * sums of sizes and padding leave the 32 bits that backends' libraries count with, which one of
 * them answers by ending the process.
 *
 * @param size extent of the window per spatial axis, pixels; each at least 1
 * @param strides step per spatial axis, pixels; each at least 1
 * @param dilation distance of neighbouring taps per spatial axis, pixels; each at least 1
 * @param padding how the border is treated
 * @param format where the channels stand
 */
public record Window(
    List<Integer> size,
    List<Integer> strides,
    List<Integer> dilation,
    Padding padding,
    DataFormat format) {
  /** The most pixels that a window reaches over along an axis. */
  public static final int LARGEST = 1 << 20;

  public Window {
    size = List.copyOf(size);
    strides = List.copyOf(strides);
    dilation = List.copyOf(dilation);
    check("window", size, size.size());
    check("strides", strides, size.size());
    check("dilation", dilation, size.size());
    if (strides.stream().anyMatch(s -> s > 1) && dilation.stream().anyMatch(d -> d > 1)) {
      throw new ShapeException(
          "strides=" + strides + " with dilation=" + dilation + ": only one of them may exceed 1");
    }
    for (int i = 0; i < size.size(); i++) {
      long reach = Math.max(extent(size.get(i), dilation.get(i)), strides.get(i));
      if (reach > LARGEST) {
        throw new ShapeException(
            "window="
                + size
                + ", strides="
                + strides
                + ", dilation="
                + dilation
                + ": reaches over "
                + reach
                + " pixels, expected at most "
                + LARGEST
                + "; use a smaller window, stride or dilation");
      }
    }
  }

  private static long extent(int size, int dilation) {
    return (long) (size - 1) * dilation + 1;
  }

  /**
   * The recurrent convolution of a ConvLSTM: stride 1, "same", undilated, whatever the input
   * convolution does.
   *
   * @return a window of the same size and format
   */
  public Window recurrent() {
    List<Integer> ones = size.stream().map(s -> 1).toList();
    return new Window(size, ones, ones, Padding.SAME, format);
  }

  /**
   * Shape of the states of a recurrence whose input is convolved with this window.
   *
   * @param who for messages
   * @param x {@code [N, T, image]}, images in this window's format
   * @param filters channels of the states
   * @return {@code [N, image']}
   * @throws ShapeException if x has another rank or images of unknown sizes
   */
  public Shape states(String who, Shape x, int filters) {
    Checks.that(
        x.rank() == rank() + 3,
        who
            + ": x has shape "
            + x
            + " of rank "
            + x.rank()
            + ", expected rank "
            + (rank() + 3)
            + ": N, T, channels and "
            + rank()
            + " spatial axes");
    Shape image = x.from(2);
    Checks.that(
        image.isKnown(),
        who + ": x has unknown image sizes " + image + "; give fixed sizes in Input");
    return format.image(filters, output(who, format.spatial(image))).prepend(x.dim(0));
  }

  /**
   * Number of spatial axes.
   *
   * @return 2 or 3
   */
  public int rank() {
    return size.size();
  }

  /**
   * Extent of the dilated window.
   *
   * @param axis spatial axis
   * @return pixels from the first tap to the last, both counted
   */
  public long extent(int axis) {
    return extent(size.get(axis), dilation.get(axis));
  }

  /**
   * Number of window positions along an axis.
   *
   * @param axis spatial axis
   * @param n size of the image along it, or {@link Shape#UNKNOWN}
   * @return the output size, or {@link Shape#UNKNOWN}; may be 0 or less for "valid" windows larger
   *     than the image
   */
  public long outputSize(int axis, long n) {
    if (n == Shape.UNKNOWN) {
      return n;
    }
    long s = strides.get(axis);
    return padding == Padding.SAME
        ? Math.floorDiv(n + s - 1, s)
        : Math.floorDiv(n - extent(axis), s) + 1;
  }

  /**
   * Padding before the first pixel: half of the total, rounded down.
   *
   * @param axis spatial axis
   * @param n size of the image along it
   * @return pixels, 0 for "valid"
   */
  public long padBefore(int axis, long n) {
    if (padding == Padding.VALID) {
      return 0;
    }
    long total = (outputSize(axis, n) - 1) * strides.get(axis) + extent(axis) - n;
    return Math.max(total, 0) / 2;
  }

  /**
   * Output sizes of the spatial axes.
   *
   * @param who for the message
   * @param spatial sizes of the image's spatial axes
   * @return the output's spatial sizes
   * @throws ShapeException if the window does not fit into the image
   */
  public Shape output(String who, Shape spatial) {
    long[] out = new long[rank()];
    for (int i = 0; i < out.length; i++) {
      out[i] = outputSize(i, spatial.dim(i));
      if (spatial.dim(i) != Shape.UNKNOWN && out[i] < 1) {
        throw new ShapeException(
            who
                + ": the window "
                + size
                + " (dilation "
                + dilation
                + ") does not fit into an image of "
                + spatial
                + " with padding="
                + padding.kerasName()
                + "; use a smaller window, a larger image or padding=same");
      }
    }
    return Shape.of(out);
  }

  private static void check(String what, List<Integer> values, int length) {
    if (values.size() != length || values.isEmpty() || values.size() > 3) {
      throw new ShapeException(
          what + "=" + values + ", expected " + length + " values, one per spatial axis");
    }
    for (int v : values) {
      if (v < 1) {
        throw new ShapeException(what + "=" + values + ", every value must be >= 1");
      }
    }
  }
}
