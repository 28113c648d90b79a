package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Resample}: {@code y[a, j, b] = sum_k w[k] x[a, i[k], b]} over the entries k of row j. */
final class ResamplePlan extends ReferencePlan<Resample> {
  private final Resample.Table backward;
  private final int inner;

  ResamplePlan(Resample op, List<Shape> inputs) {
    super(op, inputs);
    this.backward = op.table().transposed();
    this.inner = (int) inputs.get(0).from(op.axis() + 1).elements();
  }

  @Override
  protected void compute(Forward call) {
    sums(op.table(), input(call.inputs(), "x"), output(call.outputs(), "y"), false);
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    sums(backward, dy, input(call.inputGradients(), "x"), true);
  }

  private void sums(Resample.Table table, float[] from, float[] to, boolean add) {
    int rows = table.rows();
    int columns = (int) table.columns();
    int[] starts = table.starts();
    Parallel.each(
        to.length / Math.max(1, inner),
        place -> {
          int a = place / rows;
          int j = place % rows;
          for (int b = 0; b < inner; b++) {
            float sum = 0;
            for (int k = starts[j]; k < starts[j + 1]; k++) {
              int i = table.places().get(k);
              sum += table.weights().get(k).floatValue() * from[(a * columns + i) * inner + b];
            }
            int t = place * inner + b;
            to[t] = add ? to[t] + sum : sum;
          }
        });
  }
}
