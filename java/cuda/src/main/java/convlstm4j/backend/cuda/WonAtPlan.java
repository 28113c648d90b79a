package convlstm4j.backend.cuda;

import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link WonAt}: cuda/include/pool.h. */
final class WonAtPlan extends CudaPlan<WonAt> {
  WonAtPlan(Device device, WonAt op, List<Shape> inputs) {
    super(device, op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    Shape x = in.get(0);
    Arguments a = device.arguments().put32(Winners.bits(op.size())).put32(op.place()).put32(0);
    a.address(input(call.inputs(), "x")).address(input(call.inputs(), "places"));
    a.address(output(call.outputs(), "y")).put64(x.elements()).put64(in.get(1).dim(1));
    a.divisor(x.dim(1)).divisor(x.dim(2)).divisor(Winners.perNumber(op.size()));
    device.launch("won_at", x.elements(), a);
  }
}
