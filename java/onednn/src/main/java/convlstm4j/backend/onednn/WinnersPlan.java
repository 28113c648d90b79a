package convlstm4j.backend.onednn;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Winners}, a row of windows at a time. */
final class WinnersPlan extends OneDnnPlan<Winners> {
  private final PoolGeometry g;
  private final int axis;
  private final int bits;
  private final int perNumber;

  /** Numbers along D, H and W. */
  private final int[] packed = new int[PoolGeometry.AXES];

  WinnersPlan(Winners op, List<Shape> inputs) {
    super(op, inputs);
    this.g = new PoolGeometry(op.window(), inputs.get(0));
    this.axis = PoolGeometry.AXES - op.window().rank() + op.spatial();
    this.bits = Winners.bits(g.size(axis));
    this.perNumber = Winners.perNumber(g.size(axis));
    for (int d = 0; d < packed.length; d++) {
      packed[d] = d == axis ? (g.out(d) + perNumber - 1) / perNumber : g.out(d);
    }
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer places = output(call.outputs(), "places");
    int windows = g.out(2) * g.channels();
    int numbers = packed[2] * g.channels();
    Parallel.ranges(
        g.images() * packed[0],
        1,
        (piece, one) -> {
          int[] place = new int[windows];
          int[] all = new int[numbers];
          for (int h = 0; h < packed[1]; h++) {
            row(x, piece / packed[0], (int) (piece % packed[0]), h, place, all);
            float[] y = Floats.scratch(0, numbers);
            for (int k = 0; k < numbers; k++) {
              y[k] = all[k];
            }
            Floats.write(y, places, (piece * packed[1] + h) * numbers, numbers);
          }
        });
  }

  /** A row of numbers. */
  private void row(NativeBuffer x, long image, int d, int h, int[] place, int[] all) {
    Arrays.fill(all, 0);
    int channels = g.channels();
    if (axis == 2) {
      places(x, image, d, h, place);
      for (int w = 0; w < g.out(2); w++) {
        int to = w / perNumber * channels;
        int shift = w % perNumber * bits;
        for (int c = 0; c < channels; c++) {
          all[to + c] |= place[w * channels + c] << shift;
        }
      }
      return;
    }
    int from = (axis == 0 ? d : h) * perNumber;
    for (int k = 0; k < perNumber && from + k < g.out(axis); k++) {
      places(x, image, axis == 0 ? from + k : d, axis == 1 ? from + k : h, place);
      for (int e = 0; e < all.length; e++) {
        all[e] |= place[e] << (k * bits);
      }
    }
  }

  /** Places of a row of windows: of the first largest element; 0 if one is NaN. */
  private void places(NativeBuffer x, long image, int d, int h, int[] place) {
    int channels = g.channels();
    int in = g.in(2) * channels;
    float[] row = Floats.scratch(0, in);
    float[] most = Floats.scratch(1, place.length);
    Arrays.fill(most, 0, place.length, Float.NEGATIVE_INFINITY);
    for (int w = 0; w < g.out(2); w++) {
      int window = axis == 0 ? d : axis == 1 ? h : w;
      int inside = g.first(axis, window) - g.start(axis, window);
      Arrays.fill(place, w * channels, (w + 1) * channels, inside);
    }
    for (int i = g.first(0, d); i < g.end(0, d); i++) {
      for (int j = g.first(1, h); j < g.end(1, h); j++) {
        Floats.read(x, ((image * g.in(0) + i) * g.in(1) + j) * in, row, in);
        int here = axis == 0 ? i - g.start(0, d) : j - g.start(1, h);
        for (int w = 0; w < g.out(2); w++) {
          int start = g.start(2, w);
          for (int k = g.first(2, w); k < g.end(2, w); k++) {
            int at = axis == 2 ? k - start : here;
            for (int c = 0; c < channels; c++) {
              int o = w * channels + c;
              float v = row[k * channels + c];
              if (v > most[o]) {
                most[o] = v;
                place[o] = at;
              } else if (Float.isNaN(v)) {
                most[o] = v; // nothing is greater
                place[o] = 0;
              }
            }
          }
        }
      }
    }
  }
}
