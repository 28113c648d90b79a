package convlstm4j.backend.onednn;

import convlstm4j.op.Drop;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Drop}. The mask is drawn again in the backward pass instead of being kept. */
final class DropPlan extends OneDnnPlan<Drop> {
  private final long[] sizes;

  /** By how much the mask's index grows along each axis; null for one decision per element. */
  private final long @Nullable [] strides;

  DropPlan(Drop op, List<Shape> inputs) {
    super(op, inputs);
    this.sizes = inputs.get(0).dims();
    this.strides = op.noiseShape().isEmpty() ? null : new long[sizes.length];
    long stride = 1;
    for (int d = sizes.length - 1; d >= 0 && strides != null; d--) {
      boolean shared = op.noiseShape().get(d) == 1;
      strides[d] = shared ? 0 : stride;
      stride *= shared ? 1 : sizes[d];
    }
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        x.size(),
        (from, n) -> {
          float[] v = Floats.read(x, from, Floats.scratch(0), n);
          drop(call.random(), from, v, n);
          Floats.write(v, y, from, n);
        });
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
        (from, n) -> {
          float[] v = Floats.read(dy, from, Floats.scratch(0), n);
          drop(call.random(), from, v, n);
          Floats.give(write, v, 0, dx, from, n, 1);
        });
  }

  private void drop(Philox random, long from, float[] v, int n) {
    float kept = (float) (1 - op.rate());
    for (int k = 0; k < n; k++) {
      v[k] = random.keeps(noiseIndex(from + k), op.rate()) ? v[k] / kept : 0;
    }
  }

  private long noiseIndex(long element) {
    if (strides == null) {
      return element;
    }
    long index = 0;
    long rest = element;
    for (int d = sizes.length - 1; d >= 0; d--) {
      index += rest % sizes[d] * strides[d];
      rest /= sizes[d];
    }
    return index;
  }
}
