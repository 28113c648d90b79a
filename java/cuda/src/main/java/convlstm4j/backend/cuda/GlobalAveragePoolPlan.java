package convlstm4j.backend.cuda;

import convlstm4j.op.GlobalAveragePool;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link GlobalAveragePool}: one group of pixels per image and channel, cuda/include/group_sums.h.
 */
final class GlobalAveragePoolPlan extends CudaPlan<GlobalAveragePool> {
  private final Groups groups;

  GlobalAveragePoolPlan(Device device, GlobalAveragePool op, List<Shape> inputs) {
    super(device, op, inputs);
    Shape x = in.get(0);
    groups = new Groups(x, List.of(0, op.format() == DataFormat.CHANNELS_LAST ? x.rank() - 1 : 1));
    workspace.takeBytes(groups.partialBytes());
  }

  @Override
  protected void compute(Forward call) {
    long partial = DeviceBuffer.address(call.workspace());
    double share = 1.0 / groups.members();
    groups.sum(
        device, input(call.inputs(), "x"), partial, share, false, output(call.outputs(), "y"));
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().put((float) (1.0 / groups.members()));
    a.address(output(call.outputGradients(), "y")).address(wanted(call.inputGradients(), "x"));
    a.put64(isWritten(call, "x") ? 0 : 1);
    device.launch("group_spread", groups.elements(), groups.putMap(a));
  }
}
