package convlstm4j.backend.onednn;

import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Resample}. A piece of work is all places along the axis of some neighbouring elements
 * behind it, which are read into one array and summed there.
 */
final class ResamplePlan extends OneDnnPlan<Resample> {
  /** Floats of one piece that stay in a core's cache. */
  private static final int MOST = 1 << 15;

  private final Lines forward;
  private final Lines backward;
  private final long outer;
  private final long inner;

  /** A table as arrays. */
  private static final class Lines {
    final int columns;
    final int[] starts;
    final int[] places;
    final float[] weights;

    Lines(Resample.Table t) {
      columns = Math.toIntExact(t.columns());
      starts = t.starts();
      places = t.places().stream().mapToInt(i -> i).toArray();
      weights = new float[places.length];
      for (int k = 0; k < weights.length; k++) {
        weights[k] = t.weights().get(k).floatValue();
      }
    }

    int rows() {
      return starts.length - 1;
    }
  }

  ResamplePlan(Resample op, List<Shape> inputs) {
    super(op, inputs);
    this.forward = new Lines(op.table());
    this.backward = new Lines(op.table().transposed());
    Shape x = inputs.get(0);
    this.inner = x.from(op.axis() + 1).elements();
    this.outer = inner == 0 ? 0 : x.elements() / inner / x.dim(op.axis());
  }

  @Override
  protected void compute(Forward call) {
    sums(forward, input(call.inputs(), "x"), output(call.outputs(), "y"), false);
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    sums(backward, dy, input(call.inputGradients(), "x"), true);
  }

  private void sums(Lines table, NativeBuffer from, NativeBuffer to, boolean add) {
    int longest = Math.max(table.columns, table.rows());
    int length = (int) Math.max(1, Math.min(inner, MOST / longest));
    long pieces = (inner + length - 1) / length;
    Parallel.each(
        Math.toIntExact(outer * pieces),
        piece -> {
          long a = piece / pieces;
          long b = piece % pieces * length;
          int n = (int) Math.min(length, inner - b);
          float[] x = Floats.scratch(0, table.columns * n);
          read(from, a * table.columns, b, x, table.columns, n);
          float[] y = Floats.scratch(1, table.rows() * n);
          sum(table, x, y, n);
          write(y, to, a * table.rows(), b, table.rows(), n, add);
        });
  }

  private static void sum(Lines table, float[] x, float[] y, int n) {
    for (int j = 0; j < table.rows(); j++) {
      int row = j * n;
      Arrays.fill(y, row, row + n, 0);
      for (int k = table.starts[j]; k < table.starts[j + 1]; k++) {
        float w = table.weights[k];
        int at = table.places[k] * n;
        for (int i = 0; i < n; i++) {
          y[row + i] += w * x[at + i];
        }
      }
    }
  }

  private void read(NativeBuffer from, long line, long b, float[] x, int lines, int n) {
    if (n == inner) {
      Floats.read(from, line * inner, x, lines * n);
      return;
    }
    for (int i = 0; i < lines; i++) {
      Floats.read(from, (line + i) * inner + b, x, i * n, n);
    }
  }

  private void write(float[] y, NativeBuffer to, long line, long b, int lines, int n, boolean add) {
    int count = n == inner ? 1 : lines;
    int length = n == inner ? lines * n : n;
    for (int i = 0; i < count; i++) {
      long at = (line + i) * inner + b;
      if (add) {
        Floats.add(y, i * length, to, at, length, 2);
      } else {
        Floats.write(y, i * length, to, at, length);
      }
    }
  }
}
