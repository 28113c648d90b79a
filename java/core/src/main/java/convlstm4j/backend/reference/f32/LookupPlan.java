package convlstm4j.backend.reference.f32;

import convlstm4j.op.Lookup;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Lookup}: {@code y[r, d] = table[id[r], d]}. */
final class LookupPlan extends ReferencePlan<Lookup> {
  private final int rows;
  private final int columns;

  LookupPlan(Lookup op, List<Shape> inputs) {
    super(op, inputs);
    this.rows = (int) inputs.get(0).dim(0);
    this.columns = (int) inputs.get(0).dim(1);
  }

  @Override
  protected void compute(Forward call) {
    float[] table = input(call.inputs(), "table");
    float[] id = input(call.inputs(), "id");
    float[] y = output(call.outputs(), "y");
    for (int r = 0; r < id.length; r++) {
      int row = Lookup.row(id[r], rows);
      if (row < 0) {
        Arrays.fill(y, r * columns, (r + 1) * columns, Float.NaN);
      } else {
        System.arraycopy(table, row * columns, y, r * columns, columns);
      }
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] id = input(call.inputs(), "id");
    float[] dy = output(call.outputGradients(), "y");
    float[] dtable = input(call.inputGradients(), "table");
    for (int r = 0; r < id.length; r++) {
      int row = Lookup.row(id[r], rows);
      for (int d = 0; row >= 0 && d < columns; d++) {
        dtable[row * columns + d] += dy[r * columns + d];
      }
    }
  }
}
