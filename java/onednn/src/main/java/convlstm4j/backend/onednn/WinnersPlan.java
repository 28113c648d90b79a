package convlstm4j.backend.onednn;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.backend.WinnersGeometry;
import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Winners}, a row of windows at a time. */
final class WinnersPlan extends OneDnnPlan<Winners> {
  private final WinnersGeometry numbers;
  private final PoolGeometry g;
  private final int axis;
  private final int bits;
  private final int perNumber;

  WinnersPlan(Winners op, List<Shape> inputs) {
    super(op, inputs);
    this.numbers = new WinnersGeometry(op, inputs.get(0));
    this.g = numbers.pool();
    this.axis = numbers.axis();
    this.bits = numbers.bits();
    this.perNumber = numbers.perNumber();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer places = output(call.outputs(), "places");
    int windows = g.out(2) * g.channels();
    int row = numbers.numbers(2) * g.channels();
    int down = numbers.numbers(1);
    int deep = numbers.numbers(0);
    Parallel.ranges(
        g.images() * deep,
        1,
        (piece, one) -> {
          int[] place = new int[windows];
          int[] all = new int[row];
          for (int h = 0; h < down; h++) {
            row(x, piece / deep, (int) (piece % deep), h, place, all);
            float[] y = Floats.scratch(0, row);
            for (int k = 0; k < row; k++) {
              y[k] = all[k];
            }
            Floats.write(y, places, (piece * down + h) * row, row);
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
