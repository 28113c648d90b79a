package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Pool} over images {@code [N,D,H,W,C]}. Two spatial axes get D = 1; channels-first images
 * are taken for N C images of one channel. Taps outside the image are left out.
 */
final class PoolPlan extends ReferencePlan<Pool> {
  private final boolean max;
  private final int images;
  private final int channels;

  // Per spatial axis D, H, W: the image's and the output's size, the window's extent, step and
  // padding before the first pixel.
  private final int[] n = {1, 1, 1};
  private final int[] o = {1, 1, 1};
  private final int[] size = {1, 1, 1};
  private final int[] stride = {1, 1, 1};
  private final int[] pad = {0, 0, 0};

  PoolPlan(Pool op, List<Shape> inputs) {
    super(op, inputs);
    Window window = op.window();
    Shape image = inputs.get(0).from(1);
    int batch = (int) inputs.get(0).dim(0);
    int c = (int) window.format().channels(image);
    boolean last = window.format() == DataFormat.CHANNELS_LAST;
    this.max = op.mode() == Pool.Mode.MAX;
    this.images = last ? batch : batch * c;
    this.channels = last ? c : 1;
    Shape spatial = window.format().spatial(image);
    for (int i = 0; i < window.rank(); i++) {
      int d = 3 - window.rank() + i;
      n[d] = (int) spatial.dim(i);
      o[d] = (int) window.outputSize(i, n[d]);
      size[d] = window.size().get(i);
      stride[d] = window.strides().get(i);
      pad[d] = (int) window.padBefore(i, n[d]);
    }
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    Parallel.each(
        images * o[0],
        piece -> {
          for (int h = 0; h < o[1]; h++) {
            for (int w = 0; w < o[2]; w++) {
              pool(x, y, piece / o[0], piece % o[0], h, w);
            }
          }
        });
  }

  /** One output pixel, all channels. */
  private void pool(float[] x, float[] y, int image, int d, int h, int w) {
    int to = output(image, d, h, w);
    Arrays.fill(y, to, to + channels, max ? Float.NEGATIVE_INFINITY : 0);
    for (int i = first(0, d); i < end(0, d); i++) {
      for (int j = first(1, h); j < end(1, h); j++) {
        for (int k = first(2, w); k < end(2, w); k++) {
          int from = input(image, i, j, k);
          for (int c = 0; c < channels; c++) {
            float v = x[from + c];
            // Math.max hands NaN on.
            y[to + c] = max ? Math.max(y[to + c], v) : y[to + c] + v;
          }
        }
      }
    }
    if (!max) {
      int taps = taps(d, h, w);
      for (int c = 0; c < channels; c++) {
        y[to + c] /= taps;
      }
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    // Windows that do not overlap along the first axis write apart from each other.
    boolean apart = stride[0] >= size[0];
    int slices = apart ? o[0] : 1;
    Parallel.each(
        images * slices,
        piece -> {
          int image = piece / slices;
          int from = apart ? piece % slices : 0;
          int to = apart ? from + 1 : o[0];
          for (int d = from; d < to; d++) {
            for (int h = 0; h < o[1]; h++) {
              for (int w = 0; w < o[2]; w++) {
                if (max) {
                  addMaxGradient(x, y, dy, dx, image, d, h, w);
                } else {
                  addAverageGradient(dy, dx, image, d, h, w);
                }
              }
            }
          }
        });
  }

  private void addMaxGradient(
      float[] x, float[] y, float[] dy, float[] dx, int image, int d, int h, int w) {
    int out = output(image, d, h, w);
    for (int c = 0; c < channels; c++) {
      int winner = firstEqual(x, y[out + c], image, d, h, w, c);
      if (winner >= 0) {
        dx[winner] += dy[out + c];
      }
    }
  }

  /** The first of a window's elements that equals its maximum; -1 for a maximum that is NaN. */
  private int firstEqual(float[] x, float value, int image, int d, int h, int w, int c) {
    for (int i = first(0, d); i < end(0, d); i++) {
      for (int j = first(1, h); j < end(1, h); j++) {
        for (int k = first(2, w); k < end(2, w); k++) {
          int e = input(image, i, j, k) + c;
          if (x[e] == value) {
            return e;
          }
        }
      }
    }
    return -1;
  }

  private void addAverageGradient(float[] dy, float[] dx, int image, int d, int h, int w) {
    int out = output(image, d, h, w);
    int taps = taps(d, h, w);
    for (int i = first(0, d); i < end(0, d); i++) {
      for (int j = first(1, h); j < end(1, h); j++) {
        for (int k = first(2, w); k < end(2, w); k++) {
          int e = input(image, i, j, k);
          for (int c = 0; c < channels; c++) {
            dx[e + c] += dy[out + c] / taps;
          }
        }
      }
    }
  }

  private int input(int image, int d, int h, int w) {
    return (((image * n[0] + d) * n[1] + h) * n[2] + w) * channels;
  }

  private int output(int image, int d, int h, int w) {
    return (((image * o[0] + d) * o[1] + h) * o[2] + w) * channels;
  }

  /** First pixel of a window inside the image. */
  private int first(int axis, int position) {
    return Math.max(0, position * stride[axis] - pad[axis]);
  }

  /** Pixel after the last of a window inside the image. */
  private int end(int axis, int position) {
    return Math.min(n[axis], position * stride[axis] - pad[axis] + size[axis]);
  }

  private int taps(int d, int h, int w) {
    return (end(0, d) - first(0, d)) * (end(1, h) - first(1, h)) * (end(2, w) - first(2, w));
  }
}
