package convlstm4j.backend.onednn;

import convlstm4j.op.Concat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Concat}: with the axes before the joined one as rows, each input's row becomes a piece of
 * the output's row. Short rows are handled many at once, long ones piece by piece.
 */
final class ConcatPlan extends OneDnnPlan<Concat> {
  private final long rows;
  private final long outRow;

  ConcatPlan(Concat op, List<Shape> inputs) {
    super(op, inputs);
    this.outRow = row(out.get(0));
    this.rows = out.get(0).elements() / Math.max(1, outRow);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer y = output(call.outputs(), "y");
    if (outRow > Parallel.PIECE) {
      long offset = 0;
      for (int i = 0; i < op.count(); i++) {
        long row = row(in.get(i));
        for (long r = 0; r < rows; r++) {
          Floats.copy(at(call.inputs(), i), r * row, y, r * outRow + offset, row);
        }
        offset += row;
      }
      return;
    }
    int whole = (int) outRow;
    Parallel.ranges(
        rows,
        Math.max(1, Parallel.PIECE / Math.max(1, whole)),
        (first, n) -> {
          float[] joined = Floats.scratch(0);
          int offset = 0;
          for (int i = 0; i < op.count(); i++) {
            int row = (int) row(in.get(i));
            float[] x = Floats.read(at(call.inputs(), i), first * row, Floats.scratch(1), n * row);
            for (int r = 0; r < n; r++) {
              System.arraycopy(x, r * row, joined, r * whole + offset, row);
            }
            offset += row;
          }
          Floats.write(joined, y, first * whole, n * whole);
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    long offset = 0;
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer dx = wantedAt(call.inputGradients(), i);
      long row = row(in.get(i));
      if (dx != null) {
        if (outRow > Parallel.PIECE) {
          longRows(call.written().contains(i), dy, offset, dx, row);
        } else {
          shortRows(call.written().contains(i), dy, (int) offset, dx, (int) row);
        }
      }
      offset += row;
    }
  }

  private void longRows(boolean write, NativeBuffer dy, long offset, NativeBuffer dx, long row) {
    for (long r = 0; r < rows; r++) {
      long from = r * outRow + offset;
      long to = r * row;
      Parallel.ranges(
          row,
          (k, n) ->
              Floats.give(
                  write, Floats.read(dy, from + k, Floats.scratch(0), n), 0, dx, to + k, n, 1));
    }
  }

  private void shortRows(boolean write, NativeBuffer dy, int offset, NativeBuffer dx, int row) {
    int whole = (int) outRow;
    Parallel.ranges(
        rows,
        Math.max(1, Parallel.PIECE / Math.max(1, whole)),
        (first, n) -> {
          float[] d = Floats.read(dy, first * whole, Floats.scratch(0), n * whole);
          float[] part = Floats.scratch(1);
          for (int r = 0; r < n; r++) {
            System.arraycopy(d, r * whole + offset, part, r * row, row);
          }
          Floats.give(write, part, 0, dx, first * row, n * row, 2);
        });
  }

  private long row(Shape shape) {
    return shape.from(op.axis()).elements();
  }
}
