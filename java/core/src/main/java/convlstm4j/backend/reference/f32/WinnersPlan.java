package convlstm4j.backend.reference.f32;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.backend.WinnersGeometry;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Winners}, window by window. */
final class WinnersPlan extends ReferencePlan<Winners> {
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
    float[] x = input(call.inputs(), "x");
    float[] places = output(call.outputs(), "places");
    int channels = g.channels();
    Parallel.each(
        (int) g.images(),
        image -> {
          int to = image * numbers.numbers(0) * numbers.numbers(1) * numbers.numbers(2) * channels;
          for (int d = 0; d < numbers.numbers(0); d++) {
            for (int h = 0; h < numbers.numbers(1); h++) {
              for (int w = 0; w < numbers.numbers(2); w++) {
                for (int c = 0; c < channels; c++) {
                  places[to++] = number(x, image, new int[] {d, h, w}, c);
                }
              }
            }
          }
        });
  }

  private int number(float[] x, int image, int[] at, int c) {
    int from = at[axis] * perNumber;
    int all = 0;
    for (int k = 0; k < perNumber && from + k < g.out(axis); k++) {
      at[axis] = from + k;
      all |= place(x, image, at, c) << (k * bits);
    }
    return all;
  }

  /** Of the first of a window's largest elements; 0 if one is NaN. */
  private int place(float[] x, int image, int[] window, int c) {
    float most = Float.NEGATIVE_INFINITY;
    int place = g.first(axis, window[axis]) - g.start(axis, window[axis]);
    for (int i = g.first(0, window[0]); i < g.end(0, window[0]); i++) {
      for (int j = g.first(1, window[1]); j < g.end(1, window[1]); j++) {
        for (int k = g.first(2, window[2]); k < g.end(2, window[2]); k++) {
          int e = (((image * g.in(0) + i) * g.in(1) + j) * g.in(2) + k) * g.channels() + c;
          if (x[e] > most) {
            most = x[e];
            int pixel = axis == 0 ? i : axis == 1 ? j : k;
            place = pixel - g.start(axis, window[axis]);
          } else if (Float.isNaN(x[e])) {
            return 0;
          }
        }
      }
    }
    return place;
  }
}
