package convlstm4j.backend.onednn;

import convlstm4j.op.Reverse;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Reverse}: {@code y[a, i, b] = x[a, n-1-i, b]}, with a the axes before and b those after
 * the reversed one. A piece of work is some neighbouring (a, i) of the output.
 */
final class ReversePlan extends OneDnnPlan<Reverse> {
  private final long size;
  private final long inner;

  ReversePlan(Reverse op, List<Shape> inputs) {
    super(op, inputs);
    this.size = inputs.get(0).dim(op.axis());
    this.inner = inputs.get(0).from(op.axis() + 1).elements();
  }

  @Override
  protected void compute(Forward call) {
    reversed(input(call.inputs(), "x"), output(call.outputs(), "y"), false);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    boolean write = isWritten(call, "x");
    reversed(output(call.outputGradients(), "y"), input(call.inputGradients(), "x"), !write);
  }

  private void reversed(NativeBuffer source, NativeBuffer target, boolean add) {
    int run = (int) Math.min(inner, Parallel.PIECE);
    long runs = source.size() / Math.max(1, inner);
    Parallel.ranges(
        runs,
        Math.max(1, Parallel.PIECE / Math.max(1, run)),
        (first, n) -> {
          float[] v = Floats.scratch(0);
          for (long b = 0; b < inner; b += run) {
            int length = (int) Math.min(run, inner - b);
            for (int r = 0; r < n; r++) {
              Floats.read(source, opposite(first + r) * inner + b, v, r * length, length);
            }
            long to = first * inner + b; // n > 1 only where one run is all of inner
            if (add) {
              Floats.add(v, 0, target, to, n * length, 1);
            } else {
              Floats.write(v, target, to, n * length);
            }
          }
        });
  }

  /** The (a, n-1-i) of an (a, i). */
  private long opposite(long r) {
    return r - r % size + (size - 1 - r % size);
  }
}
