package convlstm4j.backend.reference.f32;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Pool} over the images of {@link PoolGeometry}, window by window. */
final class PoolPlan extends ReferencePlan<Pool> {
  private final boolean max;
  private final PoolGeometry g;
  private final int images;
  private final int channels;

  PoolPlan(Pool op, List<Shape> inputs) {
    super(op, inputs);
    this.max = op.mode() == Pool.Mode.MAX;
    this.g = new PoolGeometry(op.window(), inputs.get(0));
    this.images = (int) g.images();
    this.channels = g.channels();
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    Parallel.each(
        images * g.out(0),
        piece -> {
          for (int h = 0; h < g.out(1); h++) {
            for (int w = 0; w < g.out(2); w++) {
              pool(x, y, piece / g.out(0), piece % g.out(0), h, w);
            }
          }
        });
  }

  /** One output pixel, all channels. */
  private void pool(float[] x, float[] y, int image, int d, int h, int w) {
    int to = output(image, d, h, w);
    Arrays.fill(y, to, to + channels, max ? Float.NEGATIVE_INFINITY : 0);
    for (int i = g.first(0, d); i < g.end(0, d); i++) {
      for (int j = g.first(1, h); j < g.end(1, h); j++) {
        for (int k = g.first(2, w); k < g.end(2, w); k++) {
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
    boolean apart = g.stride(0) >= g.size(0);
    int slices = apart ? g.out(0) : 1;
    Parallel.each(
        images * slices,
        piece -> {
          int image = piece / slices;
          int from = apart ? piece % slices : 0;
          int to = apart ? from + 1 : g.out(0);
          for (int d = from; d < to; d++) {
            for (int h = 0; h < g.out(1); h++) {
              for (int w = 0; w < g.out(2); w++) {
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
    for (int i = g.first(0, d); i < g.end(0, d); i++) {
      for (int j = g.first(1, h); j < g.end(1, h); j++) {
        for (int k = g.first(2, w); k < g.end(2, w); k++) {
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
    for (int i = g.first(0, d); i < g.end(0, d); i++) {
      for (int j = g.first(1, h); j < g.end(1, h); j++) {
        for (int k = g.first(2, w); k < g.end(2, w); k++) {
          int e = input(image, i, j, k);
          for (int c = 0; c < channels; c++) {
            dx[e + c] += dy[out + c] / taps;
          }
        }
      }
    }
  }

  private int input(int image, int d, int h, int w) {
    return (((image * g.in(0) + d) * g.in(1) + h) * g.in(2) + w) * channels;
  }

  private int output(int image, int d, int h, int w) {
    return (((image * g.out(0) + d) * g.out(1) + h) * g.out(2) + w) * channels;
  }

  private int taps(int d, int h, int w) {
    return (g.end(0, d) - g.first(0, d))
        * (g.end(1, h) - g.first(1, h))
        * (g.end(2, w) - g.first(2, w));
  }
}
