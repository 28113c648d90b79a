package convlstm4j.backend.onednn;

import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link WonAt}, in runs of elements that belong to one row of numbers. */
final class WonAtPlan extends OneDnnPlan<WonAt> {
  private final long n;
  private final long inner;
  private final long numbers;
  private final int bits;
  private final int perNumber;

  WonAtPlan(WonAt op, List<Shape> inputs) {
    super(op, inputs);
    this.n = in.get(0).dim(1);
    this.inner = in.get(0).dim(2);
    this.numbers = in.get(1).dim(1);
    this.bits = Winners.bits(op.size());
    this.perNumber = Winners.perNumber(op.size());
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer places = input(call.inputs(), "places");
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        in.get(0).elements(),
        (from, length) -> {
          float[] v = Floats.read(x, from, Floats.scratch(0), length);
          for (int k = 0; k < length; ) {
            k +=
                inner == 1
                    ? alongWindows(places, from + k, v, k, length - k)
                    : aside(places, from + k, v, k, length - k);
          }
          Floats.write(v, y, from, length);
        });
  }

  /** Elements whose windows are neighbours, up to the end of their row; returns how many. */
  private int alongWindows(NativeBuffer places, long e, float[] v, int at, int most) {
    int first = (int) (e % n);
    int count = (int) Math.min(n - first, most);
    int number = first / perNumber;
    int words = (first + count - 1) / perNumber + 1 - number;
    float[] packed = Floats.read(places, e / n * numbers + number, Floats.scratch(1, words), words);
    int mask = (1 << bits) - 1;
    for (int k = 0; k < count; k++) {
      int window = first + k;
      int all = (int) packed[window / perNumber - number];
      if ((all >> (window % perNumber * bits) & mask) != op.place()) {
        v[at + k] = 0;
      }
    }
    return count;
  }

  /** Elements whose windows lie side by side; returns how many. */
  private int aside(NativeBuffer places, long e, float[] v, int at, int most) {
    int count = (int) Math.min(inner - e % inner, most);
    long window = e / inner % n;
    long from = (e / inner / n * numbers + window / perNumber) * inner + e % inner;
    float[] packed = Floats.read(places, from, Floats.scratch(1, count), count);
    int shift = (int) (window % perNumber) * bits;
    int mask = (1 << bits) - 1;
    for (int k = 0; k < count; k++) {
      if (((int) packed[k] >> shift & mask) != op.place()) {
        v[at + k] = 0;
      }
    }
    return count;
  }
}
