package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;

/**
 * A convolution of channels-last frames {@code x [D,H,W,C]} with weights {@code w [KD,KH,KW,C,O]}
 * to frames {@code y [D',H',W',O]}, and its two gradients; two spatial axes get D = KD = 1. Frames
 * lie in an array at a fixed distance. The innermost loops run over neighbouring elements.
 *
 * <p>Every method works on the output channels from {@code first} to {@code last - 1} only, so that
 * a part of the weights' columns can be used by itself. With groups, weights are {@code
 * [KD,KH,KW,C/groups,O]}, and the output channels are those of one group.
 */
final class Convolution {
  /** Input channels whose weight gradients are summed in one piece of work. */
  private static final int CHANNELS_PER_PIECE = 8;

  /** Pixels whose weight gradients add up in the weights' own type, about. */
  private static final int PIXELS_PER_PART = 256;

  /** Frames in an array: the first element, the distance from frame to frame, their number. */
  @SuppressWarnings("ArrayRecordComponent") // a view, never compared
  record Frames(float[] data, int offset, int distance, int count) {}

  /** Input channels of a group. */
  private final int c;

  /** Output channels, all groups together. */
  private final int o;

  private final int groups;

  // Per spatial axis D, H, W: sizes of input and output, extent, step, dilation, padding before.
  private final int[] n = {1, 1, 1};
  private final int[] m = {1, 1, 1};
  private final int[] k = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] dilation = {1, 1, 1};
  private final int[] pad = {0, 0, 0};

  Convolution(Window window, Shape spatial, int channels, int outputChannels) {
    this(window, spatial, channels, outputChannels, 1);
  }

  Convolution(Window window, Shape spatial, int channels, int outputChannels, int groups) {
    this.groups = groups;
    this.c = channels / groups;
    this.o = outputChannels;
    for (int i = 0; i < window.rank(); i++) {
      int d = 3 - window.rank() + i;
      n[d] = (int) spatial.dim(i);
      m[d] = (int) window.outputSize(i, n[d]);
      k[d] = window.size().get(i);
      stride[d] = window.strides().get(i);
      dilation[d] = window.dilation().get(i);
      pad[d] = (int) window.padBefore(i, n[d]);
    }
  }

  /** Elements of the weights. */
  int weights() {
    return k[0] * k[1] * k[2] * c * o;
  }

  /** Elements from one pixel of x to the next. */
  private int pixel() {
    return groups * c;
  }

  /** The first input channel of the group that an output channel is of. */
  private int channel(int output) {
    return groups == 1 ? 0 : output / (o / groups) * c;
  }

  /** {@code y += x * w}. */
  void addForward(Frames x, float[] w, Frames y, int first, int last) {
    Parallel.each(
        x.count * m[0] * m[1],
        row -> {
          int frame = row / (m[0] * m[1]);
          int od = row / m[1] % m[0];
          int oh = row % m[1];
          int xFrame = x.offset + frame * x.distance;
          int yRow = y.offset + frame * y.distance + (od * m[1] + oh) * m[2] * o;
          for (int tap = 0; tap < k[0] * k[1] * k[2]; tap++) {
            int id = input(0, od, tap / (k[1] * k[2]));
            int ih = input(1, oh, tap / k[2] % k[1]);
            if (id < 0 || ih < 0) {
              continue;
            }
            int xRow = xFrame + (id * n[1] + ih) * n[2] * pixel() + channel(first);
            for (int ow = 0; ow < m[2]; ow++) {
              int iw = input(2, ow, tap % k[2]);
              if (iw >= 0) {
                addPixel(
                    x.data,
                    xRow + iw * pixel(),
                    w,
                    tap * c * o,
                    y.data,
                    yRow + ow * o,
                    first,
                    last);
              }
            }
          }
        });
  }

  private void addPixel(
      float[] x, int xAt, float[] w, int wAt, float[] y, int yAt, int first, int last) {
    for (int i = 0; i < c; i++) {
      float xi = x[xAt + i];
      int row = wAt + i * o;
      for (int j = first; j < last; j++) {
        y[yAt + j] += xi * w[row + j];
      }
    }
  }

  /**
   * {@code dx += } the gradient that {@code dy} sends through the weights, given {@link
   * #transpose}d.
   */
  void addDataGradient(Frames dy, float[] transposed, int wOffset, Frames dx, int first, int last) {
    Parallel.each(
        dx.count * n[0] * n[1],
        row -> {
          int frame = row / (n[0] * n[1]);
          int id = row / n[1] % n[0];
          int ih = row % n[1];
          int yFrame = dy.offset + frame * dy.distance;
          int xRow =
              dx.offset + frame * dx.distance + (id * n[1] + ih) * n[2] * pixel() + channel(first);
          for (int tap = 0; tap < k[0] * k[1] * k[2]; tap++) {
            int od = output(0, id, tap / (k[1] * k[2]));
            int oh = output(1, ih, tap / k[2] % k[1]);
            if (od < 0 || oh < 0) {
              continue;
            }
            int yRow = yFrame + (od * m[1] + oh) * m[2] * o;
            for (int iw = 0; iw < n[2]; iw++) {
              int ow = output(2, iw, tap % k[2]);
              if (ow >= 0) {
                addPixelGradient(
                    dy.data,
                    yRow + ow * o,
                    transposed,
                    wOffset + tap * c * o,
                    dx.data,
                    xRow + iw * pixel(),
                    first,
                    last);
              }
            }
          }
        });
  }

  private void addPixelGradient(
      float[] dy, int yAt, float[] transposed, int wAt, float[] dx, int xAt, int first, int last) {
    for (int j = first; j < last; j++) {
      float dyj = dy[yAt + j];
      int row = wAt + j * c;
      for (int i = 0; i < c; i++) {
        dx[xAt + i] += dyj * transposed[row + i];
      }
    }
  }

  /** The weights as {@code [KD,KH,KW,O,C]}, for {@link #addDataGradient}. */
  void transpose(float[] w, float[] transposed, int wOffset) {
    for (int tap = 0; tap < k[0] * k[1] * k[2]; tap++) {
      for (int i = 0; i < c; i++) {
        for (int j = 0; j < o; j++) {
          transposed[wOffset + (tap * o + j) * c + i] = w[(tap * c + i) * o + j];
        }
      }
    }
  }

  /**
   * {@code dw += } the gradient of the weights, summed over all frames: in double where the sum is
   * long, since a float would stop growing.
   */
  void addWeightGradient(Frames x, Frames dy, float[] dw, int first, int last) {
    int chunks = (c + CHANNELS_PER_PIECE - 1) / CHANNELS_PER_PIECE;
    Parallel.each(
        k[0] * k[1] * k[2] * chunks,
        piece -> {
          int tap = piece / chunks;
          int from = piece % chunks * CHANNELS_PER_PIECE;
          int to = Math.min(c, from + CHANNELS_PER_PIECE);
          float[] part = new float[(to - from) * o];
          double[] sum = new double[(to - from) * o];
          int rows = x.count * m[0] * m[1];
          int rowsPerPart = Math.max(1, PIXELS_PER_PART / m[2]);
          for (int row = 0; row < rows; row++) {
            addRow(x, dy, row, tap, from, to, part, first, last);
            if ((row + 1) % rowsPerPart == 0 || row == rows - 1) {
              for (int j = 0; j < part.length; j++) {
                sum[j] += part[j];
                part[j] = 0;
              }
            }
          }
          for (int j = 0; j < sum.length; j++) {
            dw[(tap * c + from) * o + j] += (float) sum[j];
          }
        });
  }

  /** A row of output pixels under one tap: what it adds to input channels from to to-1. */
  private void addRow(
      Frames x, Frames dy, int row, int tap, int from, int to, float[] part, int first, int last) {
    int frame = row / (m[0] * m[1]);
    int od = row / m[1] % m[0];
    int oh = row % m[1];
    int id = input(0, od, tap / (k[1] * k[2]));
    int ih = input(1, oh, tap / k[2] % k[1]);
    if (id < 0 || ih < 0) {
      return;
    }
    int xRow = x.offset + frame * x.distance + (id * n[1] + ih) * n[2] * pixel() + channel(first);
    int yRow = dy.offset + frame * dy.distance + (od * m[1] + oh) * m[2] * o;
    for (int ow = 0; ow < m[2]; ow++) {
      int iw = input(2, ow, tap % k[2]);
      if (iw >= 0) {
        addTap(x.data, xRow + iw * pixel(), dy.data, yRow + ow * o, part, from, to, first, last);
      }
    }
  }

  private void addTap(
      float[] x,
      int xAt,
      float[] dy,
      int yAt,
      float[] part,
      int from,
      int to,
      int first,
      int last) {
    for (int i = from; i < to; i++) {
      float xi = x[xAt + i];
      int row = (i - from) * o;
      for (int j = first; j < last; j++) {
        part[row + j] += xi * dy[yAt + j];
      }
    }
  }

  /** {@code db += } the sum of dy over all frames and pixels, in double. */
  void addBiasGradient(Frames dy, float[] db, int from) {
    int pixels = m[0] * m[1] * m[2];
    double[] sum = new double[o];
    for (int frame = 0; frame < dy.count; frame++) {
      int at = dy.offset + frame * dy.distance;
      for (int p = 0; p < pixels; p++, at += o) {
        for (int j = 0; j < o; j++) {
          sum[j] += dy.data[at + j];
        }
      }
    }
    for (int j = 0; j < o; j++) {
      db[from + j] += (float) sum[j];
    }
  }

  /** The input index under a tap of an output index; -1 in the padding. */
  private int input(int axis, int out, int tap) {
    int i = out * stride[axis] - pad[axis] + tap * dilation[axis];
    return i < n[axis] ? i : -1;
  }

  /** The output index whose tap lies on an input index; -1 if there is none. */
  private int output(int axis, int in, int tap) {
    int at = in + pad[axis] - tap * dilation[axis];
    return at >= 0 && at % stride[axis] == 0 && at / stride[axis] < m[axis]
        ? at / stride[axis]
        : -1;
  }
}
