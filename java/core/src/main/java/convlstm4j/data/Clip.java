package convlstm4j.data;

import convlstm4j.tensor.Tensor;

/** The frames of one clip, {@code [T, C, H, W]}, to be changed. */
public final class Clip {
  private final Tensor all;
  private final int first;
  private final int frames;
  private final int channels;
  private final int height;
  private final int width;
  private final double black;
  private final double white;

  /**
   * A part of a tensor.
   *
   * @param all floats or doubles
   * @param first index of the clip's first element
   * @param sizes T, C, H, W
   * @param black the least value of a pixel; an infinity if it is not known
   * @param white the largest; an infinity if it is not known
   */
  public Clip(Tensor all, int first, int[] sizes, double black, double white) {
    this.all = all;
    this.first = first;
    this.frames = sizes[0];
    this.channels = sizes[1];
    this.height = sizes[2];
    this.width = sizes[3];
    this.black = black;
    this.white = white;
  }

  /**
   * Number of frames.
   *
   * @return T
   */
  public int frames() {
    return frames;
  }

  /**
   * Number of channels.
   *
   * @return C
   */
  public int channels() {
    return channels;
  }

  /**
   * Rows of a frame.
   *
   * @return H
   */
  public int height() {
    return height;
  }

  /**
   * Columns of a frame.
   *
   * @return W
   */
  public int width() {
    return width;
  }

  /**
   * What is between black and white.
   *
   * @return of uint8 pixels the difference on the model's scale; 1 where the range is not known
   */
  public double range() {
    return Double.isInfinite(black) || Double.isInfinite(white) ? 1 : white - black;
  }

  /**
   * A value.
   *
   * @param t frame
   * @param c channel
   * @param y row
   * @param x column
   * @return the pixel's value
   */
  public double get(int t, int c, int y, int x) {
    return all.get(index(t, c, y, x));
  }

  /**
   * Sets a value, which is kept between black and white.
   *
   * @param t frame
   * @param c channel
   * @param y row
   * @param x column
   * @param value the new one
   */
  public void set(int t, int c, int y, int x, double value) {
    all.set(index(t, c, y, x), Math.max(black, Math.min(white, value)));
  }

  private int index(int t, int c, int y, int x) {
    return first + ((t * channels + c) * height + y) * width + x;
  }

  /** Gives each value and gets what it is to be. */
  void each(java.util.function.DoubleUnaryOperator change) {
    int size = frames * channels * height * width;
    for (int i = first; i < first + size; i++) {
      all.set(i, Math.max(black, Math.min(white, change.applyAsDouble(all.get(i)))));
    }
  }

  double mean() {
    int size = frames * channels * height * width;
    double sum = 0;
    for (int i = first; i < first + size; i++) {
      sum += all.get(i);
    }
    return sum / size;
  }
}
