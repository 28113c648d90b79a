package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.onednn.MatrixProduct.Matrix;
import convlstm4j.op.MatMul;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link MatMul}: oneDNN's matmul on the layouts as they are. */
final class MatMulPlan extends OneDnnPlan<MatMul> {
  private final MatrixProduct forward;

  /** Null for inference. */
  private final @Nullable Gradient first;

  private final @Nullable Gradient second;

  /**
   * The gradient of an operand: a product of two matrices that lies in memory as the operand does.
   *
   * @param product row by row
   * @param swapped whether the operand is transposed, so that the product of the transposed
   *     matrices in the other order is taken
   */
  private record Gradient(GradientProduct product, boolean swapped) {
    void give(boolean write, long a, long b, long to, long scratch) {
      product.run(write, swapped ? b : a, swapped ? a : b, to, scratch);
    }
  }

  MatMulPlan(Dnnl engine, MatMul op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    Matrix x = matrix(inputs.get(0), op.transposeX());
    Matrix w = matrix(inputs.get(1), op.transposeW());
    Matrix y = matrix(out.get(0), false);
    this.forward = own(new MatrixProduct(engine, x, w, false, false));
    long scratch = forward.scratchBytes();
    if (mode == Mode.TRAINING) {
      this.first = gradient(engine, y, w.transposed(), op.transposeX());
      this.second = gradient(engine, x.transposed(), y, op.transposeW());
      scratch = Math.max(scratch, first.product.scratchBytes());
      scratch = Math.max(scratch, second.product.scratchBytes());
    } else {
      this.first = null;
      this.second = null;
    }
    workspace.takeBytes(scratch);
  }

  private static Matrix matrix(Shape s, boolean transposed) {
    Matrix m = Matrix.of(s.dim(0), s.dim(1), s.dim(2));
    return transposed ? m.transposed() : m;
  }

  private Gradient gradient(Dnnl engine, Matrix a, Matrix b, boolean swapped) {
    Matrix left = swapped ? b.transposed() : a;
    Matrix right = swapped ? a.transposed() : b;
    return new Gradient(own(new GradientProduct(engine, left, right)), swapped);
  }

  @Override
  public String algorithm() {
    return "oneDNN matmul " + forward.implementation();
  }

  @Override
  protected void compute(Forward call) {
    forward.run(
        input(call.inputs(), "x").address(),
        input(call.inputs(), "w").address(),
        0,
        output(call.outputs(), "y").address(),
        scratch(call.workspace()));
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y").address();
    NativeBuffer dx = wanted(call.inputGradients(), "x");
    NativeBuffer dw = wanted(call.inputGradients(), "w");
    long scratch = scratch(call.workspace());
    if (dx != null) {
      long w = input(call.inputs(), "w").address();
      trained(first).give(isWritten(call, "x"), dy, w, dx.address(), scratch);
    }
    if (dw != null) {
      long x = input(call.inputs(), "x").address();
      trained(second).give(isWritten(call, "w"), x, dy, dw.address(), scratch);
    }
  }

  private static long scratch(@Nullable Buffer workspace) {
    return workspace == null ? 0 : NativeBuffer.of(workspace).address();
  }
}
