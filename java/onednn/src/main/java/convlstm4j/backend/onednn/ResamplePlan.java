package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Resample} where the C++ kernels are missing, along one axis after the other. A piece of
 * work is all places along the axis of some neighbouring elements behind it, which are read into
 * one array and summed there. Workspace: what is between two axes.
 */
final class ResamplePlan extends OneDnnPlan<Resample> {
  /** Floats of one piece that stay in a core's cache. */
  private static final int MOST = 1 << 15;

  private final List<Lines> forward = new ArrayList<>();
  private final List<Lines> backward = new ArrayList<>();

  /**
   * Shapes before the first axis, between two, and behind the last, and where those between lie.
   */
  private final List<Shape> shapes = new ArrayList<>();

  private final List<Long> between = new ArrayList<>();

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
    shapes.add(in.get(0));
    for (int k = 0; k < op.tables().size(); k++) {
      shapes.add(op.one(k).outputShapes(List.of(shapes.get(k))).get(0));
      between.add(k == 0 ? 0L : workspace.take(shapes.get(k).elements()));
      forward.add(new Lines(op.tables().get(k)));
      backward.add(new Lines(op.tables().get(k).transposed()));
    }
  }

  /** The array before an axis that is not the first one. */
  private NativeBuffer before(int number, @Nullable Buffer space) {
    return memory(space).part(between.get(number), shapes.get(number));
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    int last = forward.size() - 1;
    for (int k = 0; k <= last; k++) {
      NativeBuffer y = k == last ? output(call.outputs(), "y") : before(k + 1, call.workspace());
      sums(forward.get(k), k, x, y, false);
      x = y;
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    for (int k = backward.size() - 1; k >= 0; k--) {
      NativeBuffer dx = k == 0 ? input(call.inputGradients(), "x") : before(k, call.workspace());
      sums(backward.get(k), k, dy, dx, k == 0 && !isWritten(call, "x"));
      dy = dx;
    }
  }

  private void sums(Lines table, int number, NativeBuffer from, NativeBuffer to, boolean add) {
    long inner = in.get(0).from(op.axis() + number + 1).elements();
    long outer = inner == 0 ? 0 : to.size() / inner / table.rows();
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
          read(from, a * table.columns, b, x, table.columns, n, inner);
          float[] y = Floats.scratch(1, table.rows() * n);
          sum(table, x, y, n);
          write(y, to, a * table.rows(), b, table.rows(), n, add, inner);
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

  private static void read(
      NativeBuffer from, long line, long b, float[] x, int lines, int n, long inner) {
    if (n == inner) {
      Floats.read(from, line * inner, x, lines * n);
      return;
    }
    for (int i = 0; i < lines; i++) {
      Floats.read(from, (line + i) * inner + b, x, i * n, n);
    }
  }

  private static void write(
      float[] y, NativeBuffer to, long line, long b, int lines, int n, boolean add, long inner) {
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
