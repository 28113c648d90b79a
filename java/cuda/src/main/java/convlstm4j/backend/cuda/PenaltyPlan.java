package convlstm4j.backend.cuda;

import convlstm4j.op.Penalty;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Penalty}: cuda/include/penalty.h. */
final class PenaltyPlan extends CudaPlan<Penalty> {
  private final long elements;
  private final double divisor;
  private final ChunkSum sum;

  PenaltyPlan(Device device, Penalty op, List<Shape> inputs) {
    super(device, op, inputs);
    elements = in.get(0).elements();
    divisor = op.perSample() ? in.get(0).dim(0) : 1;
    sum = ChunkSum.of(elements);
    workspace.takeBytes(sum.bytes());
  }

  @Override
  protected void compute(Forward call) {
    long partial = DeviceBuffer.address(call.workspace());
    Arguments a = device.arguments().address(input(call.inputs(), "x")).put64(elements);
    sum.start(device, "penalty_partial", a.putDouble(op.l1()).putDouble(op.l2()).address(partial));
    sum.finish(device, partial, 1 / divisor, output(call.outputs(), "value"));
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().address(input(call.inputs(), "x"));
    a.address(output(call.outputGradients(), "value"))
        .address(wanted(call.inputGradients(), "x"))
        .put64(elements);
    a.putDouble(op.l1() / divisor).putDouble(2 * op.l2() / divisor);
    device.launch("penalty_backward", elements, a);
  }
}
