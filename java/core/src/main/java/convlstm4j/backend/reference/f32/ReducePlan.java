package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.op.Reduce;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Reduce}. */
final class ReducePlan extends ReferencePlan<Reduce> {
  private final Groups groups;
  private final double scale;

  ReducePlan(Reduce op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = in.get(0);
    groups = new Groups(x, op.kept(x.rank()));
    scale = op.scale(x);
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    double[] sum =
        groups.sum(
            (sums, e, n, group, step) -> {
              for (int k = 0, g = group; k < n; k++, g += step) {
                sums[g] += x[e + k];
              }
            });
    for (int g = 0; g < y.length; g++) {
      y[g] = (float) (scale * sum[g]);
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    groups.each(
        (e, n, group, step) -> {
          for (int k = 0, g = group; k < n; k++, g += step) {
            dx[e + k] += (float) (scale * dy[g]);
          }
        });
  }
}
