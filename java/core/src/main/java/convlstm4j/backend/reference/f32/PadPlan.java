package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Pad;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link Pad}, row by row of what is kept. */
final class PadPlan extends ReferencePlan<Pad> {
  private final Pad.Kept kept;

  PadPlan(Pad op, List<Shape> inputs) {
    super(op, inputs);
    this.kept = op.kept(inputs.get(0));
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    Arrays.fill(y, 0);
    Parallel.ranges(
        (int) kept.rows(),
        (first, end) -> {
          for (int r = first; r < end; r++) {
            System.arraycopy(x, (int) kept.x(r), y, (int) kept.y(r), (int) kept.length());
          }
        });
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    Parallel.ranges(
        (int) kept.rows(),
        (first, end) -> {
          for (int r = first; r < end; r++) {
            int from = (int) kept.y(r);
            int to = (int) kept.x(r);
            for (int i = 0; i < kept.length(); i++) {
              dx[to + i] += dy[from + i];
            }
          }
        });
  }
}
