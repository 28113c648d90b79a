package convlstm4j.backend.reference.f32;

import convlstm4j.op.Assign;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Assign}. */
final class AssignPlan extends UpdatePlan<Assign> {
  AssignPlan(Assign op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] none, Weight weight, int from, int to) {
    System.arraycopy(weight.before("next"), from, weight.after("w"), from, to - from);
  }
}
