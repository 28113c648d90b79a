package convlstm4j.backend.reference.f32;

import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link UpdateTrial}: the update's own plan, writing elsewhere. */
final class UpdateTrialPlan extends ReferencePlan<UpdateTrial> {
  private final UpdatePlan update;

  UpdateTrialPlan(UpdateTrial op, List<Shape> inputs, UpdatePlan update) {
    super(op, inputs);
    this.update = update;
  }

  @Override
  protected void compute(Forward call) {
    update.tryOut(op.withGuard(call.inputs(), null), output(call.outputs(), "bad"));
  }
}
