package convlstm4j.backend.cuda;

import convlstm4j.op.Reverse;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Reverse} as a copy that reads backwards along the axis. */
final class ReversePlan extends CudaPlan<Reverse> {
  private final long[] sizes;
  private final long[] strides;
  private final long[] backwards;

  /** Distance from the first element to that of index 0 read backwards, in bytes. */
  private final long start;

  ReversePlan(Device device, Reverse op, List<Shape> inputs) {
    super(device, op, inputs);
    Shape x = in.get(0);
    long outer = 1;
    for (int i = 0; i < op.axis(); i++) {
      outer *= x.dim(i);
    }
    long n = x.dim(op.axis());
    long inner = x.from(op.axis() + 1).elements();
    sizes = new long[] {outer, n, inner};
    strides = new long[] {n * inner, inner, 1};
    backwards = new long[] {n * inner, -inner, 1};
    start = (n - 1) * inner * Float.BYTES;
  }

  @Override
  protected void compute(Forward call) {
    reverse(input(call.inputs(), "x"), output(call.outputs(), "y"), false);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    reverse(
        output(call.outputGradients(), "y"),
        wanted(call.inputGradients(), "x"),
        !isWritten(call, "x"));
  }

  private void reverse(long from, long to, boolean add) {
    StridedCopy.copy(device, sizes, from + start, backwards, to, strides, add);
  }
}
