package convlstm4j.backend.cuda;

import convlstm4j.op.Pad;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.stream.LongStream;

/** {@link Pad}: a copy of what is kept, between zeros. */
final class PadPlan extends CudaPlan<Pad> {
  private final Pad.Kept kept;
  private final long[] sizes;
  private final long[] inX;
  private final long[] inY;

  PadPlan(Device device, Pad op, List<Shape> inputs) {
    super(device, op, inputs);
    this.kept = op.kept(inputs.get(0));
    this.sizes = withLast(kept.sizes(), kept.length());
    this.inX = withLast(kept.inX(), 1);
    this.inY = withLast(kept.inY(), 1);
  }

  private static long[] withLast(List<Long> values, long last) {
    return LongStream.concat(values.stream().mapToLong(v -> v), LongStream.of(last)).toArray();
  }

  @Override
  protected void compute(Forward call) {
    long y = output(call.outputs(), "y");
    if (op.adds()) {
      device.zero(y, out.get(0).elements() * Float.BYTES);
    }
    long x = input(call.inputs(), "x");
    StridedCopy.copy(device, sizes, x + firstX(), inX, y + firstY(), inY, false);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    long dx = wanted(call.inputGradients(), "x");
    boolean written = isWritten(call, "x");
    if (written && op.cuts()) { // what is cut off has no gradient
      device.zero(dx, in.get(0).elements() * Float.BYTES);
    }
    StridedCopy.copy(device, sizes, dy + firstY(), inY, dx + firstX(), inX, !written);
  }

  private long firstX() {
    return kept.firstX() * Float.BYTES;
  }

  private long firstY() {
    return kept.firstY() * Float.BYTES;
  }
}
