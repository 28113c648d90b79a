package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Concat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Concat}: with a the axes before the joined one, each input is rows of neighbouring
 * elements, and each row becomes a piece of the output's row.
 */
final class ConcatPlan extends ReferencePlan<Concat> {
  private final int rows;

  /** Elements of a row of the output. */
  private final int outRow;

  ConcatPlan(Concat op, List<Shape> inputs) {
    super(op, inputs);
    this.outRow = row(out.get(0));
    this.rows = outRow == 0 ? 0 : (int) (out.get(0).elements() / outRow);
  }

  @Override
  protected void compute(Forward call) {
    float[] y = output(call.outputs(), "y");
    int offset = 0;
    for (int i = 0; i < op.count(); i++) {
      float[] x = data(call.inputs().get(i));
      int row = row(in.get(i));
      int to = offset;
      Parallel.ranges(
          rows,
          (first, end) -> {
            for (int a = first; a < end; a++) {
              System.arraycopy(x, a * row, y, a * outRow + to, row);
            }
          });
      offset += row;
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    int offset = 0;
    for (int i = 0; i < op.count(); i++) {
      float[] dx = array(call.inputGradients().get(i));
      int row = row(in.get(i));
      if (dx != null) {
        addRows(dy, offset, dx, row);
      }
      offset += row;
    }
  }

  private void addRows(float[] dy, int offset, float[] dx, int row) {
    Parallel.ranges(
        rows,
        (first, end) -> {
          for (int a = first; a < end; a++) {
            for (int b = 0; b < row; b++) {
              dx[a * row + b] += dy[a * outRow + offset + b];
            }
          }
        });
  }

  private int row(Shape shape) {
    return (int) shape.from(op.axis()).elements();
  }
}
