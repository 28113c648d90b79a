package convlstm4j.backend.cuda;

import convlstm4j.op.Concat;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Concat}: each input is a piece of every row of the output. */
final class ConcatPlan extends CudaPlan<Concat> {
  private final long outRow;
  private final long rows;

  ConcatPlan(Device device, Concat op, List<Shape> inputs) {
    super(device, op, inputs);
    outRow = row(out.get(0));
    rows = outRow == 0 ? 0 : out.get(0).elements() / outRow;
  }

  private long row(Shape shape) {
    return shape.from(op.axis()).elements();
  }

  @Override
  protected void compute(Forward call) {
    long y = output(call.outputs(), "y");
    for (int i = 0; i < op.count(); i++) {
      long row = row(in.get(i));
      copy(row, at(call.inputs(), i), row, y, outRow, false);
      y += row * Float.BYTES;
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    for (int i = 0; i < op.count(); i++) {
      long row = row(in.get(i));
      long dx = at(call.inputGradients(), i);
      if (dx != 0) {
        copy(row, dy, outRow, dx, row, !call.written().contains(i));
      }
      dy += row * Float.BYTES;
    }
  }

  private void copy(long row, long from, long fromRow, long to, long toRow, boolean add) {
    long[] sizes = {rows, row};
    StridedCopy.copy(device, sizes, from, new long[] {fromRow, 1}, to, new long[] {toRow, 1}, add);
  }
}
