package convlstm4j.backend.onednn;

import convlstm4j.op.GlobalAveragePool;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link GlobalAveragePool}: one group of pixels per image and channel, summed in double. */
final class GlobalAveragePoolPlan extends OneDnnPlan<GlobalAveragePool> {
  private final Groups groups;
  private final long pixels;

  GlobalAveragePoolPlan(GlobalAveragePool op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = inputs.get(0);
    int channelAxis = op.format() == DataFormat.CHANNELS_LAST ? x.rank() - 1 : 1;
    this.groups = new Groups(x, List.of(0, channelAxis));
    this.pixels = op.format().spatial(x.from(1)).elements();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    double[] sum =
        groups.sum(
            (sums, e, size, runs) -> {
              float[] v = Floats.read(x, e, Floats.scratch(0), size);
              runs.each(
                  (at, n, group, step) -> {
                    for (int k = 0, g = group; k < n; k++, g += step) {
                      sums[g] += v[at + k];
                    }
                  });
            });
    float[] y = new float[sum.length];
    for (int g = 0; g < y.length; g++) {
      y[g] = (float) (sum[g] / pixels);
    }
    Floats.put(output(call.outputs(), "y"), 0, y, y.length);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dx = input(call.inputGradients(), "x");
    boolean write = isWritten(call, "x");
    float[] d = new float[groups.count()];
    Floats.get(output(call.outputGradients(), "y"), 0, d, d.length);
    for (int g = 0; g < d.length; g++) {
      d[g] /= pixels;
    }
    groups.each(
        (e, size, runs) -> {
          float[] v = Floats.scratch(0);
          runs.each(
              (at, n, group, step) -> {
                for (int k = 0, g = group; k < n; k++, g += step) {
                  v[at + k] = d[g];
                }
              });
          Floats.give(write, v, 0, dx, e, size, 1);
        });
  }
}
