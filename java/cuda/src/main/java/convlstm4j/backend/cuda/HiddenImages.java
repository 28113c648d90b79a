package convlstm4j.backend.cuda;

import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * How h lies where the recurrent convolution reads it: channels first, and where it needs more
 * padding after an axis than before it, which cuDNN cannot do, with that padding in memory, as a
 * border. The border is zero from the start of a call on; the gates' kernels write inside it.
 */
final class HiddenImages {
  private final long filters;
  private final long height;
  private final long width;
  private final long rows;
  private final long columns;
  private final long inside;
  private final Geometry convolution;

  /**
   * Says how they lie.
   *
   * @param window of the recurrent convolution
   * @param spatial sizes of h
   * @param filters of h
   * @param gates filters of the convolution
   * @param copies of h that it reads
   */
  HiddenImages(Window window, Shape spatial, long filters, long gates, int copies) {
    this.filters = filters;
    height = spatial.dim(0);
    width = spatial.dim(1);
    Geometry padding = new Geometry(window, spatial, filters * copies, gates, copies);
    if (padding.isLopsided()) {
      List<Integer> ones = List.of(1, 1);
      Window none = new Window(window.size(), ones, ones, Padding.VALID, window.format());
      convolution = new Geometry(none, padding.padded(), filters * copies, gates, copies);
      rows = padding.padded().dim(0);
      columns = padding.padded().dim(1);
      inside = padding.padBefore(0) * columns + padding.padBefore(1);
    } else {
      convolution = padding;
      rows = height;
      columns = width;
      inside = 0;
    }
  }

  /** The convolution that reads them. */
  Geometry convolution() {
    return convolution;
  }

  boolean hasBorder() {
    return rows * columns != height * width;
  }

  /** Elements of one copy of h, with its border. */
  long elements() {
    return filters * rows * columns;
  }

  /** The first pixel inside the border of an image. */
  long inside(long image) {
    return image + inside * Float.BYTES;
  }

  /** {@code Border} of cuda/include/gates.h. */
  Arguments putBorder(Arguments a) {
    return a.divisor(width).put64(columns - width).put64((rows - height) * columns);
  }

  /** Copies states of the user's layout into images that are {@code distance} elements apart. */
  void fromUser(Device d, DataFormat format, long n, long user, long images, long distance) {
    long[] theirs = strides(format, filters);
    StridedCopy.copy(d, sizes(n, filters), user, theirs, inside(images), strides(distance), false);
  }

  /** Copies the inside of images that follow one another to states of the user's layout. */
  void toUser(Device d, DataFormat format, long n, long images, long user, boolean add) {
    long[] theirs = strides(format, filters);
    StridedCopy.copy(d, sizes(n, filters), inside(images), strides(elements()), user, theirs, add);
  }

  /** Copies {@code [N,copies,S]} into the insides of images. */
  void addBorder(Device d, long n, long copies, long images, long distance) {
    long channels = convolution.channels();
    long[] compact = strides(DataFormat.CHANNELS_FIRST, channels);
    StridedCopy.copy(
        d, sizes(n, channels), copies, compact, inside(images), strides(distance), false);
  }

  /** Copies the insides of images that follow one another to {@code [N,copies,S]}. */
  void takeBorder(Device d, long n, long images, long copies) {
    long channels = convolution.channels();
    long[] compact = strides(DataFormat.CHANNELS_FIRST, channels);
    long[] mine = strides(channels * rows * columns);
    StridedCopy.copy(d, sizes(n, channels), inside(images), mine, copies, compact, false);
  }

  private long[] sizes(long n, long channels) {
    return new long[] {n, channels, height, width};
  }

  private long[] strides(long distance) {
    return new long[] {distance, rows * columns, columns, 1};
  }

  private long[] strides(DataFormat format, long channels) {
    long state = channels * height * width;
    return format == DataFormat.CHANNELS_FIRST
        ? new long[] {state, height * width, width, 1}
        : new long[] {state, 1, width * channels, channels};
  }
}
