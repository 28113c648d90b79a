package convlstm4j.backend.cuda;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.backend.WinnersGeometry;
import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Winners}: cuda/include/pool.h. */
final class WinnersPlan extends CudaPlan<Winners> {
  private static final String AXES = "dhw";

  private final WinnersGeometry g;

  WinnersPlan(Device device, Winners op, List<Shape> inputs) {
    super(device, op, inputs);
    g = new WinnersGeometry(op, in.get(0));
  }

  @Override
  protected void compute(Forward call) {
    Arguments a = device.arguments().put32(g.perNumber()).put32(g.bits()).put32(0);
    a.address(input(call.inputs(), "x")).address(output(call.outputs(), "places"));
    for (int d = 0; d < PoolGeometry.AXES; d++) {
      a.divisor(g.numbers(d));
    }
    String kernel = "pool_winners_" + AXES.charAt(g.axis());
    device.launch(kernel, out.get(0).elements(), PoolPlan.put(a, g.pool()));
  }
}
