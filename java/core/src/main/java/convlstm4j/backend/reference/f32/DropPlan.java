package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Drop;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Drop}. The mask is drawn again in the backward pass instead of being kept. */
final class DropPlan extends ReferencePlan<Drop> {
  /** Sizes of x, and by how much the mask's index grows along each axis. */
  private final int[] sizes;

  private final int[] strides;

  DropPlan(Drop op, List<Shape> inputs) {
    super(op, inputs);
    Shape x = inputs.get(0);
    int rank = x.rank();
    this.sizes = new int[rank];
    this.strides = new int[rank];
    int stride = 1;
    for (int d = rank - 1; d >= 0; d--) {
      sizes[d] = (int) x.dim(d);
      boolean shared = !op.noiseShape().isEmpty() && op.noiseShape().get(d) == 1;
      strides[d] = shared ? 0 : stride;
      stride *= shared ? 1 : sizes[d];
    }
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    float kept = (float) (1 - op.rate());
    Parallel.ranges(
        x.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            y[k] = keeps(call.random(), k) ? x[k] / kept : 0;
          }
        });
  }

  @Override
  protected void addGradients(Backward call) {
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    float kept = (float) (1 - op.rate());
    Parallel.ranges(
        dx.length,
        (from, to) -> {
          for (int k = from; k < to; k++) {
            dx[k] += keeps(call.random(), k) ? dy[k] / kept : 0;
          }
        });
  }

  private boolean keeps(Philox random, int element) {
    return random.keeps(noiseIndex(element), op.rate());
  }

  private int noiseIndex(int element) {
    if (op.noiseShape().isEmpty()) {
      return element;
    }
    int index = 0;
    int rest = element;
    for (int d = sizes.length - 1; d >= 0; d--) {
      index += rest % sizes[d] * strides[d];
      rest /= sizes[d];
    }
    return index;
  }
}
