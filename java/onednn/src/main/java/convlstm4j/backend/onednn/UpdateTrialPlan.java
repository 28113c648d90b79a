package convlstm4j.backend.onednn;

import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link UpdateTrial}: the update's own plan, which keeps what it computes to itself. */
final class UpdateTrialPlan extends OneDnnPlan<UpdateTrial> {
  private final UpdatePlan update;

  UpdateTrialPlan(UpdateTrial op, List<Shape> inputs, UpdatePlan update) {
    super(op, inputs);
    this.update = own(update);
  }

  @Override
  protected void compute(Forward call) {
    update.tryOut(op.withGuard(call.inputs(), null), output(call.outputs(), "bad"));
  }
}
