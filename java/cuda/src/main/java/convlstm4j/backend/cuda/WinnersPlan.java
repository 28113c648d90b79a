package convlstm4j.backend.cuda;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Winners}: cuda/include/pool.h. */
final class WinnersPlan extends CudaPlan<Winners> {
  private static final String AXES = "dhw";

  private final PoolGeometry g;
  private final int axis;

  WinnersPlan(Device device, Winners op, List<Shape> inputs) {
    super(device, op, inputs);
    g = new PoolGeometry(op.window(), in.get(0));
    axis = PoolGeometry.AXES - op.window().rank() + op.spatial();
  }

  @Override
  protected void compute(Forward call) {
    int count = Winners.perNumber(g.size(axis));
    Arguments a = device.arguments().put32(count).put32(Winners.bits(g.size(axis))).put32(0);
    a.address(input(call.inputs(), "x")).address(output(call.outputs(), "places"));
    for (int d = 0; d < PoolGeometry.AXES; d++) {
      a.divisor(d == axis ? (g.out(d) + count - 1) / count : g.out(d));
    }
    String kernel = "pool_winners_" + AXES.charAt(axis);
    device.launch(kernel, out.get(0).elements(), PoolPlan.put(a, g));
  }
}
