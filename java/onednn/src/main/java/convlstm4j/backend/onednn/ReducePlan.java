package convlstm4j.backend.onednn;

import convlstm4j.op.Reduce;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Reduce}. */
final class ReducePlan extends OneDnnPlan<Reduce> {
  private final Broadcast sums;
  private final float scale;

  ReducePlan(Reduce op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = in.get(0);
    sums = new Broadcast(x, op.kept(x.rank()));
    scale = (float) op.scale(x);
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    Floats.zero(y, 0, y.size());
    sums.addSums((from, n) -> Floats.read(x, from, Floats.scratch(0), n), y);
    Parallel.ranges(
        y.size(),
        (from, n) ->
            Floats.write(scaled(Floats.read(y, from, Floats.scratch(0), n), n), y, from, n));
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dx = input(call.inputGradients(), "x");
    boolean write = isWritten(call, "x");
    Parallel.ranges(
        dx.size(),
        (from, n) ->
            Floats.give(
                write, scaled(sums.read(dy, from, Floats.scratch(0), n), n), 0, dx, from, n, 1));
  }

  private float[] scaled(float[] a, int n) {
    for (int k = 0; k < n; k++) {
      a[k] *= scale;
    }
    return a;
  }
}
