package convlstm4j.backend.cuda;

import convlstm4j.op.Reduce;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Reduce}: one group for each sum, cuda/include/group_sums.h. */
final class ReducePlan extends CudaPlan<Reduce> {
  private final Groups groups;
  private final double scale;

  ReducePlan(Device device, Reduce op, List<Shape> inputs) {
    super(device, op, inputs);
    Shape x = in.get(0);
    groups = new Groups(x, op.kept(x.rank()));
    scale = op.scale(x);
    workspace.takeBytes(groups.partialBytes());
  }

  @Override
  protected void compute(Forward call) {
    long partial = DeviceBuffer.address(call.workspace());
    groups.start(
        device, "group_sums", device.arguments().address(at(call.inputs(), 0)).address(partial));
    Arguments a = device.arguments().put32(0).address(partial).address(at(call.outputs(), 0));
    a.put64(groups.count()).put64(groups.splits()).putDouble(scale);
    device.launch("group_sums_finish", groups.count(), a);
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().put((float) scale);
    a.address(at(call.outputGradients(), 0)).address(at(call.inputGradients(), 0));
    device.launch("group_spread", groups.elements(), groups.putMap(a));
  }
}
