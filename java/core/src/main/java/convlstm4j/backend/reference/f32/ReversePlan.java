package convlstm4j.backend.reference.f32;

import convlstm4j.op.Reverse;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Reverse}: {@code y[a, i, b] = x[a, n-1-i, b]}, with a the axes before and b those after
 * the reversed one.
 */
final class ReversePlan extends ReferencePlan<Reverse> {
  ReversePlan(Reverse op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  protected void compute(Forward call) {
    addReversed(input(call.inputs(), "x"), output(call.outputs(), "y"), false);
  }

  @Override
  protected void addGradients(Backward call) {
    addReversed(output(call.outputGradients(), "y"), input(call.inputGradients(), "x"), true);
  }

  private void addReversed(float[] source, float[] target, boolean add) {
    Shape x = in.get(0);
    int n = (int) x.dim(op.axis());
    int inner = (int) x.from(op.axis() + 1).elements();
    for (int k = 0; k < source.length; k++) {
      int i = k / inner % n;
      int j = k + (n - 1 - 2 * i) * inner;
      target[j] = add ? target[j] + source[k] : source[k];
    }
  }
}
