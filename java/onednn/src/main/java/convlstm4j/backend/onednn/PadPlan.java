package convlstm4j.backend.onednn;

import convlstm4j.op.Pad;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Pad}: rows of what is kept, many short ones or a piece of a long one at a time. */
final class PadPlan extends OneDnnPlan<Pad> {
  private final Pad.Kept kept;

  PadPlan(Pad op, List<Shape> inputs) {
    super(op, inputs);
    this.kept = op.kept(inputs.get(0));
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    if (op.adds()) {
      Floats.zero(y, 0, y.size());
    }
    rows(
        (r, from, n) -> {
          float[] v = Floats.read(x, kept.x(r) + from, Floats.scratch(0), n);
          Floats.write(v, y, kept.y(r) + from, n);
        });
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dx = input(call.inputGradients(), "x");
    rows(
        (r, from, n) -> {
          float[] v = Floats.read(dy, kept.y(r) + from, Floats.scratch(0), n);
          Floats.add(v, 0, dx, kept.x(r) + from, n, 1);
        });
  }

  /** Work on neighbouring elements of a row. */
  private interface Part {
    void run(long row, long from, int n);
  }

  private void rows(Part part) {
    long length = kept.length();
    int most = (int) Math.max(1, Math.min(length, Parallel.PIECE));
    Parallel.ranges(
        kept.rows(),
        Math.max(1, Parallel.PIECE / most),
        (first, n) -> {
          for (long r = first; r < first + n; r++) {
            for (long from = 0; from < length; from += most) {
              part.run(r, from, (int) Math.min(most, length - from));
            }
          }
        });
  }
}
