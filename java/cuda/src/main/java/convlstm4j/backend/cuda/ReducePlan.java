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
        device,
        "group_sums",
        device.arguments().address(input(call.inputs(), "x")).address(partial));
    Arguments a = device.arguments().put32(0).address(partial).address(output(call.outputs(), "y"));
    a.put64(groups.count()).put64(groups.splits()).putDouble(scale);
    device.launch("group_sums_finish", groups.count(), a);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().put((float) scale);
    a.address(output(call.outputGradients(), "y")).address(wanted(call.inputGradients(), "x"));
    a.put64(isWritten(call, "x") ? 0 : 1);
    device.launch("group_spread", groups.elements(), groups.putMap(a));
  }
}
