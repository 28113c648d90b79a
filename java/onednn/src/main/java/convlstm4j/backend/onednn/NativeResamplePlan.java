package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Resample} in C++, backward with the transposed tables. oneDNN's resampling knows nearest
 * pixels and straight lines only, and wants its images in a layout of its own.
 */
final class NativeResamplePlan extends OneDnnPlan<Resample> {
  private static final int AXES = Resample.MOST_AXES;

  /**
   * Elements behind the axes from which on vectors are taken of them; fewer are taken for places of
   * the last axis.
   */
  private static final long WIDE = 8;

  private final NativeKernels kernels;
  private final Sums forward;
  private final Sums backward;

  NativeResamplePlan(NativeKernels kernels, Resample op, List<Shape> inputs) {
    super(op, inputs);
    this.kernels = kernels;
    Shape x = in.get(0);
    long inner = x.from(op.axis() + op.tables().size()).elements();
    long outer = 1;
    for (int d = 0; d < op.axis(); d++) {
      outer = Math.multiplyExact(outer, x.dim(d));
    }
    this.forward = new Sums(op.tables(), outer, inner);
    this.backward =
        new Sums(op.tables().stream().map(Resample.Table::transposed).toList(), outer, inner);
    workspace.take(kernels.threads() * Math.max(forward.row, backward.row));
  }

  /** A kernel's call with its tables in memory. */
  private static final class Sums {
    private final Struct<Structs.ResampleTable> table = new Struct<>(Structs.ResampleTable.class);
    private final Struct<Structs.Resample> call = new Struct<>(Structs.Resample.class);

    /** Elements of a row of the input: those along the last axis and behind. */
    private final long row;

    Sums(List<Resample.Table> tables, long outer, long inner) {
      List<Resample.Table> all = new ArrayList<>(tables);
      long alone = inner;
      boolean wide = inner >= WIDE;
      if (!wide) {
        int last = all.size() - 1;
        all.set(last, spread(all.get(last), Math.toIntExact(inner)));
        alone = 1;
      }
      Resample.Table same = Resample.Table.same(1);
      boolean rowsOnly = wide && all.size() == 1;
      if (rowsOnly) {
        all.add(same);
      }
      while (all.size() < AXES) {
        all.add(0, same);
      }
      table.set(Structs.ResampleTable.OUTER, outer).set(Structs.ResampleTable.INNER, alone);
      for (int d = 0; d < AXES; d++) {
        table
            .set(Structs.ResampleTable.COLUMNS, d, all.get(d).columns())
            .set(Structs.ResampleTable.ROWS, d, all.get(d).rows());
      }
      for (int d = 0; d < AXES - 1; d++) {
        rows(d, all.get(d));
      }
      if (rowsOnly) {
        table.set(Structs.ResampleTable.SEGMENTS, 0);
      } else {
        segments(all.get(AXES - 1));
      }
      call.set(Structs.Resample.TABLE, table);
      row = all.get(AXES - 1).columns() * alone;
    }

    /** The table of an axis that is joined with those behind it, of so many elements. */
    private static Resample.Table spread(Resample.Table t, int inner) {
      if (inner == 1) {
        return t;
      }
      int[] starts = t.starts();
      List<Integer> ends = new ArrayList<>();
      List<Integer> places = new ArrayList<>();
      List<Double> weights = new ArrayList<>();
      for (int j = 0; j < t.rows(); j++) {
        for (int b = 0; b < inner; b++) {
          for (int k = starts[j]; k < starts[j + 1]; k++) {
            places.add(Math.addExact(Math.multiplyExact(t.places().get(k), inner), b));
            weights.add(t.weights().get(k));
          }
          ends.add(places.size());
        }
      }
      return new Resample.Table(t.columns() * inner, ends, places, weights);
    }

    private void rows(int axis, Resample.Table t) {
      table
          .set(Structs.ResampleTable.STARTS, axis, t.starts())
          .set(Structs.ResampleTable.PLACES, axis, ints(t.places()))
          .set(Structs.ResampleTable.WEIGHTS, axis, floats(t.weights()));
    }

    private void segments(Resample.Table t) {
      int[] starts = t.starts();
      List<Integer> segments = new ArrayList<>();
      int[] places = new int[t.places().size()];
      List<Double> weights = new ArrayList<>();
      for (int first = 0; first < t.rows(); ) {
        int taps = starts[first + 1] - starts[first];
        int end = first + 1;
        while (end < t.rows() && starts[end + 1] - starts[end] == taps) {
          end++;
        }
        segments.addAll(List.of(first, taps, weights.size()));
        for (int tap = 0; tap < taps; tap++) {
          for (int j = first; j < end; j++) {
            places[weights.size()] = t.places().get(starts[j] + tap);
            weights.add(t.weights().get(starts[j] + tap));
          }
        }
        first = end;
      }
      table.set(Structs.ResampleTable.SEGMENTS, segments.size() / 3);
      segments.add(t.rows());
      table
          .set(Structs.ResampleTable.SEGMENT, 0, ints(segments))
          .set(Structs.ResampleTable.PLACES, AXES - 1, places)
          .set(Structs.ResampleTable.WEIGHTS, AXES - 1, floats(weights));
    }

    private static int[] ints(List<Integer> values) {
      return values.stream().mapToInt(i -> i).toArray();
    }

    private static float[] floats(List<Double> values) {
      float[] all = new float[values.size()];
      for (int k = 0; k < all.length; k++) {
        all[k] = values.get(k).floatValue();
      }
      return all;
    }
  }

  @Override
  public String algorithm() {
    return "C++ (" + kernels.name() + ")";
  }

  private void run(
      Sums sums, NativeBuffer x, NativeBuffer y, boolean adds, @Nullable Buffer workspace) {
    if (x.size() == 0) {
      return;
    }
    sums.call
        .set(Structs.Resample.X, x.address())
        .set(Structs.Resample.Y, y.address())
        .set(Structs.Resample.ADDS, adds ? 1 : 0)
        .set(Structs.Resample.SCRATCH, memory(workspace).address());
    kernels.run(Kernel.RESAMPLE, sums.call);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    run(forward, x, output(call.outputs(), "y"), false, call.workspace());
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dx = input(call.inputGradients(), "x");
    NativeBuffer dy = output(call.outputGradients(), "y");
    run(backward, dy, dx, !isWritten(call, "x"), call.workspace());
  }
}
