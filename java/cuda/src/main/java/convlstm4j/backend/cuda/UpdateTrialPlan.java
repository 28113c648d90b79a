package convlstm4j.backend.cuda;

import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link UpdateTrial}: the update's own kernel, which then stores nothing. */
final class UpdateTrialPlan extends CudaPlan<UpdateTrial> {
  private final UpdatePlan update;

  UpdateTrialPlan(Device device, UpdateTrial op, List<Shape> inputs, UpdatePlan update) {
    super(device, op, inputs);
    this.update = own(update);
  }

  @Override
  public void forward(Forward call) {
    long bad = at(call.outputs(), 0);
    device.zero(bad, (long) op.count() * Float.BYTES);
    update.tryOut(op.withGuard(call.inputs(), null), bad);
  }
}
