package convlstm4j.backend.onednn;

import convlstm4j.op.Assign;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Assign}: groups w, next. */
final class AssignPlan extends UpdatePlan<Assign> {
  AssignPlan(Assign op, List<Shape> inputs) {
    super(op, inputs, op.count());
  }

  @Override
  void update(float[] none, float[][] a, int n) {
    System.arraycopy(a[1], 0, a[0], 0, n);
  }
}
