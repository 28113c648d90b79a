package convlstm4j.backend.onednn;

import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Pool} in Java, where the C++ kernels are missing, row by row: a row of output is made of
 * (or spread to) the rows of input that its windows see.
 */
final class JavaPoolPlan extends PoolPlan {
  JavaPoolPlan(Pool op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    int in = n[2] * channels;
    int out = o[2] * channels;
    Parallel.ranges(
        images * o[0],
        1,
        (piece, one) -> {
          long image = piece / o[0];
          int d = (int) (piece % o[0]);
          float[] row = Floats.scratch(0, in);
          float[] pooled = Floats.scratch(1, out);
          for (int h = 0; h < o[1]; h++) {
            Arrays.fill(pooled, 0, out, max ? Float.NEGATIVE_INFINITY : 0);
            for (int i = first(0, d); i < end(0, d); i++) {
              for (int j = first(1, h); j < end(1, h); j++) {
                Floats.read(x, ((image * n[0] + i) * n[1] + j) * in, row, in);
                pool(row, pooled);
              }
            }
            if (!max) {
              divide(pooled, d, h);
            }
            Floats.write(pooled, y, ((image * o[0] + d) * o[1] + h) * out, out);
          }
        });
  }

  /** Takes one row of input into one of output. */
  private void pool(float[] row, float[] pooled) {
    for (int w = 0; w < o[2]; w++) {
      int to = w * channels;
      for (int k = first(2, w); k < end(2, w); k++) {
        int from = k * channels;
        if (max) {
          for (int c = 0; c < channels; c++) {
            pooled[to + c] = Math.max(pooled[to + c], row[from + c]); // hands NaN on
          }
        } else {
          for (int c = 0; c < channels; c++) {
            pooled[to + c] += row[from + c];
          }
        }
      }
    }
  }

  /** Divides a row of sums by the number of taps inside the image. */
  private void divide(float[] row, int d, int h) {
    int taps = (end(0, d) - first(0, d)) * (end(1, h) - first(1, h));
    for (int w = 0; w < o[2]; w++) {
      for (int c = 0; c < channels; c++) {
        row[w * channels + c] /= taps * (end(2, w) - first(2, w));
      }
    }
  }

  @Override
  protected void addGradients(Backward call) {
    // Windows that do not overlap along an axis write apart from each other.
    int depths = stride[0] >= size[0] ? o[0] : 1;
    int heights = stride[1] >= size[1] ? o[1] : 1;
    Parallel.ranges(
        images * depths * heights,
        1,
        (piece, one) -> {
          int h = (int) (piece % heights);
          int d = (int) (piece / heights % depths);
          long image = piece / heights / depths;
          for (int i = depths == 1 ? 0 : d; i < (depths == 1 ? o[0] : d + 1); i++) {
            for (int j = heights == 1 ? 0 : h; j < (heights == 1 ? o[1] : h + 1); j++) {
              spread(call, image, i, j);
            }
          }
        });
  }

  /** Hands the gradients of one row of output on. */
  private void spread(Backward call, long image, int d, int h) {
    int in = n[2] * channels;
    int out = o[2] * channels;
    NativeBuffer dx = input(call.inputGradients(), "x");
    long outAt = ((image * o[0] + d) * o[1] + h) * out;
    float[] gradient =
        Floats.read(output(call.outputGradients(), "y"), outAt, Floats.scratch(0, out), out);
    float[] best = null;
    if (max) {
      best = Floats.read(output(call.outputs(), "y"), outAt, Floats.scratch(1, out), out);
    } else {
      divide(gradient, d, h);
    }
    for (int i = first(0, d); i < end(0, d); i++) {
      for (int j = first(1, h); j < end(1, h); j++) {
        long inAt = ((image * n[0] + i) * n[1] + j) * in;
        float[] target = Floats.read(dx, inAt, Floats.scratch(2, in), in);
        if (best != null) {
          float[] row = Floats.read(input(call.inputs(), "x"), inAt, Floats.scratch(3, in), in);
          toFirstEqual(gradient, best, row, target);
        } else {
          toAll(gradient, target);
        }
        Floats.write(target, dx, inAt, in);
      }
    }
  }

  /** A gradient that has found its element becomes 0; one of a NaN finds none. */
  private void toFirstEqual(float[] gradient, float[] best, float[] row, float[] target) {
    for (int w = 0; w < o[2]; w++) {
      int from = w * channels;
      for (int k = first(2, w); k < end(2, w); k++) {
        int to = k * channels;
        for (int c = 0; c < channels; c++) {
          if (row[to + c] == best[from + c]) {
            target[to + c] += gradient[from + c];
            gradient[from + c] = 0;
          }
        }
      }
    }
  }

  private void toAll(float[] gradient, float[] target) {
    for (int w = 0; w < o[2]; w++) {
      for (int k = first(2, w); k < end(2, w); k++) {
        for (int c = 0; c < channels; c++) {
          target[k * channels + c] += gradient[w * channels + c];
        }
      }
    }
  }

  /** First pixel of a window inside the image. */
  private int first(int axis, int position) {
    return Math.max(0, position * stride[axis] - pad[axis]);
  }

  /** Pixel after the last of a window inside the image. */
  private int end(int axis, int position) {
    return Math.min(n[axis], position * stride[axis] - pad[axis] + size[axis]);
  }
}
