package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Transpose;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Transpose}: rows of the output, each gathered from (or spread to) the input. */
final class TransposePlan extends ReferencePlan<Transpose> {
  private final int rank;

  /** By how much the input index grows along each axis of the output. */
  private final int[] strides;

  TransposePlan(Transpose op, List<Shape> inputs) {
    super(op, inputs);
    this.rank = op.order().size();
    this.strides = new int[rank];
    for (int d = 0; d < rank; d++) {
      strides[d] = (int) in.get(0).from(op.order().get(d) + 1).elements();
    }
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    eachRow(
        (to, from, n, step) -> {
          for (int k = 0; k < n; k++) {
            y[to + k] = x[from + k * step];
          }
        });
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dx = input(call.inputGradients(), "x");
    float[] dy = output(call.outputGradients(), "y");
    eachRow(
        (to, from, n, step) -> {
          for (int k = 0; k < n; k++) {
            dx[from + k * step] += dy[to + k];
          }
        });
  }

  private interface Row {
    /** One row of the output: its index, the input's, the length, the input's step. */
    void run(int to, int from, int n, int step);
  }

  private void eachRow(Row row) {
    Shape y = out.get(0);
    if (rank == 0) {
      row.run(0, 0, 1, 1);
      return;
    }
    int n = (int) y.dim(-1);
    Parallel.ranges(
        (int) y.without(-1).elements(),
        (first, end) -> {
          for (int r = first; r < end; r++) {
            int from = 0;
            int rest = r;
            for (int d = rank - 2; d >= 0; d--) {
              int size = (int) y.dim(d);
              from += rest % size * strides[d];
              rest /= size;
            }
            row.run(r * n, from, n, strides[rank - 1]);
          }
        });
  }
}
