package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link GlobalAveragePool}: one group of pixels per image and channel, summed in double. */
final class GlobalAveragePoolPlan extends ReferencePlan<GlobalAveragePool> {
  private final Groups groups;
  private final int pixels;

  GlobalAveragePoolPlan(GlobalAveragePool op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = inputs.get(0);
    int channelAxis = op.format() == DataFormat.CHANNELS_LAST ? x.rank() - 1 : 1;
    this.groups = new Groups(x, List.of(0, channelAxis));
    this.pixels = (int) op.format().spatial(x.from(1)).elements();
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
      y[g] = (float) (sum[g] / pixels);
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    groups.each(
        (e, n, group, step) -> {
          for (int k = 0, g = group; k < n; k++, g += step) {
            dx[e + k] += dy[g] / pixels;
          }
        });
  }
}
