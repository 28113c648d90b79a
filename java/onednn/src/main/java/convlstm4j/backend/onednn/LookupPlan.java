package convlstm4j.backend.onednn;

import convlstm4j.op.Lookup;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Lookup}. Forward, a piece of work is some rows of the output; backward, some columns of
 * the table, so that each sum has one thread and the order of the ids.
 */
final class LookupPlan extends OneDnnPlan<Lookup> {
  /** Columns of the table of one piece backward: whole lines of the cache. */
  private static final int COLUMNS = 64;

  private final long rows;
  private final int columns;

  LookupPlan(Lookup op, List<Shape> inputs) {
    super(op, inputs);
    this.rows = inputs.get(0).dim(0);
    this.columns = Math.toIntExact(inputs.get(0).dim(1));
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer table = input(call.inputs(), "table");
    NativeBuffer id = input(call.inputs(), "id");
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        id.size(),
        Math.max(1, Parallel.PIECE / columns),
        (first, n) -> {
          float[] v = Floats.scratch(0, columns);
          for (long r = first; r < first + n; r++) {
            int row = Lookup.row(Floats.get(id, r), rows);
            if (row < 0) {
              Arrays.fill(v, 0, columns, Float.NaN);
            } else {
              Floats.read(table, (long) row * columns, v, columns);
            }
            Floats.write(v, y, r * columns, columns);
          }
        });
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer id = input(call.inputs(), "id");
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dtable = input(call.inputGradients(), "table");
    Parallel.ranges(
        columns,
        COLUMNS,
        (column, n) -> {
          float[] v = Floats.scratch(0, n);
          for (long r = 0; r < id.size(); r++) {
            int row = Lookup.row(Floats.get(id, r), rows);
            if (row >= 0) {
              Floats.read(dy, r * columns + column, v, n);
              Floats.add(v, 0, dtable, (long) row * columns + column, n, 1);
            }
          }
        });
  }
}
