package convlstm4j.backend;

import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;

/**
 * A pooling as all backends see it: windows over images {@code [images, D, H, W, channels]}. Two
 * spatial axes get D = 1; channels-first images are taken for N C images of one channel. Pixels
 * outside the image are left out of a window.
 */
public final class PoolGeometry {
  /** The axes D, H and W, numbered from 0. */
  public static final int AXES = 3;

  private final long images;
  private final int channels;
  private final int[] in = {1, 1, 1};
  private final int[] out = {1, 1, 1};
  private final int[] size = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] pad = {0, 0, 0};

  /**
   * Of known shapes.
   *
   * @param window of the pooling
   * @param x {@code [N, image]} in the window's format
   */
  public PoolGeometry(Window window, Shape x) {
    Shape image = x.from(1);
    long c = window.format().channels(image);
    boolean last = window.format() == DataFormat.CHANNELS_LAST;
    this.images = last ? x.dim(0) : x.dim(0) * c;
    this.channels = last ? Math.toIntExact(c) : 1;
    Shape spatial = window.format().spatial(image);
    for (int i = 0; i < window.rank(); i++) {
      int d = AXES - window.rank() + i;
      in[d] = Math.toIntExact(spatial.dim(i));
      out[d] = Math.toIntExact(window.outputSize(i, in[d]));
      size[d] = window.size().get(i);
      stride[d] = window.strides().get(i);
      pad[d] = Math.toIntExact(window.padBefore(i, in[d]));
    }
  }

  /**
   * How many images there are.
   *
   * @return N, or N C
   */
  public long images() {
    return images;
  }

  /**
   * Values of a pixel.
   *
   * @return C, or 1
   */
  public int channels() {
    return channels;
  }

  /**
   * Pixels of the image.
   *
   * @param axis 0 to 2
   * @return how many
   */
  public int in(int axis) {
    return in[axis];
  }

  /**
   * Windows.
   *
   * @param axis 0 to 2
   * @return how many
   */
  public int out(int axis) {
    return out[axis];
  }

  /**
   * Pixels of a window.
   *
   * @param axis 0 to 2
   * @return how many, those outside the image among them
   */
  public int size(int axis) {
    return size[axis];
  }

  /**
   * Pixels from a window to the next.
   *
   * @param axis 0 to 2
   * @return how many
   */
  public int stride(int axis) {
    return stride[axis];
  }

  /**
   * Padding before the first pixel.
   *
   * @param axis 0 to 2
   * @return pixels
   */
  public int pad(int axis) {
    return pad[axis];
  }

  /**
   * Where a window begins.
   *
   * @param axis 0 to 2
   * @param window its number
   * @return a pixel, less than 0 in the padding
   */
  public int start(int axis, int window) {
    return window * stride[axis] - pad[axis];
  }

  /**
   * First pixel of a window inside the image.
   *
   * @param axis 0 to 2
   * @param window its number
   * @return a pixel
   */
  public int first(int axis, int window) {
    return Math.max(0, start(axis, window));
  }

  /**
   * Pixel after the last of a window inside the image.
   *
   * @param axis 0 to 2
   * @param window its number
   * @return a pixel
   */
  public int end(int axis, int window) {
    return Math.min(in[axis], start(axis, window) + size[axis]);
  }
}
