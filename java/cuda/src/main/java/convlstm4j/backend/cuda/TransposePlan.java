package convlstm4j.backend.cuda;

import convlstm4j.op.Transpose;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link Transpose} as a copy with the strides exchanged. */
final class TransposePlan extends CudaPlan<Transpose> {
  private final long[] sizes;
  private final long[] xStrides;
  private final long[] yStrides;

  TransposePlan(Device device, Transpose op, List<Shape> inputs) {
    super(device, op, inputs);
    int rank = op.order().size();
    sizes = out.get(0).dims();
    xStrides = new long[rank];
    yStrides = new long[rank];
    for (int i = 0; i < rank; i++) {
      xStrides[i] = in.get(0).from(op.order().get(i) + 1).elements();
      yStrides[i] = out.get(0).from(i + 1).elements();
    }
  }

  @Override
  protected void compute(Forward call) {
    long x = input(call.inputs(), "x");
    StridedCopy.copy(device, sizes, x, xStrides, output(call.outputs(), "y"), yStrides, false);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    StridedCopy.copy(
        device,
        sizes,
        dy,
        yStrides,
        wanted(call.inputGradients(), "x"),
        xStrides,
        !isWritten(call, "x"));
  }
}
