package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link UpdateTrial}: the update's own kernel, which then stores nothing. */
final class UpdateTrialPlan extends CudaPlan<UpdateTrial> {
  /** An update that can be tried out. */
  interface Update extends Plan {
    /**
     * Stores nothing but, for each weight that would not be finite after the update, infinity.
     *
     * @param inputs of the update; the guard is null
     * @param bad address of one number for each weight, 0 before
     */
    void tryOut(List<? extends Buffer> inputs, long bad);
  }

  private final Update update;

  UpdateTrialPlan(Device device, UpdateTrial op, List<Shape> inputs, Update update) {
    super(device, op, inputs);
    this.update = own(update);
  }

  @Override
  protected void compute(Forward call) {
    long bad = output(call.outputs(), "bad");
    device.zero(bad, (long) op.count() * Float.BYTES);
    update.tryOut(op.withGuard(call.inputs(), null), bad);
  }
}
