package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Resample}: along one axis after the other, {@code y[a, j, b] = sum_k w[k] x[a, i[k], b]}
 * over the entries k of row j.
 */
final class ResamplePlan extends ReferencePlan<Resample> {
  /** Shapes before the first axis, between two, and behind the last. */
  private final List<Shape> shapes = new ArrayList<>();

  private final List<Resample.Table> transposed = new ArrayList<>();

  ResamplePlan(Resample op, List<Shape> inputs) {
    super(op, inputs);
    shapes.add(in.get(0));
    for (int k = 0; k < op.tables().size(); k++) {
      shapes.add(op.one(k).outputShapes(List.of(shapes.get(k))).get(0));
      transposed.add(op.tables().get(k).transposed());
    }
  }

  private int inner(int number) {
    return (int) in.get(0).from(op.axis() + number + 1).elements();
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    int last = op.tables().size() - 1;
    for (int k = 0; k <= last; k++) {
      boolean ends = k == last;
      float[] y =
          ends ? output(call.outputs(), "y") : new float[(int) shapes.get(k + 1).elements()];
      sums(op.tables().get(k), inner(k), x, y, false);
      x = y;
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    for (int k = op.tables().size() - 1; k >= 0; k--) {
      boolean ends = k == 0;
      float[] dx =
          ends ? input(call.inputGradients(), "x") : new float[(int) shapes.get(k).elements()];
      sums(transposed.get(k), inner(k), dy, dx, ends);
      dy = dx;
    }
  }

  private static void sums(Resample.Table table, int inner, float[] from, float[] to, boolean add) {
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
