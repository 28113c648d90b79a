package convlstm4j.backend.cuda;

import convlstm4j.op.MatMul;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link MatMul}: cuda/include/matrix_product.h. */
final class MatMulPlan extends CudaPlan<MatMul> {
  private static final int TILE = 16;

  private final MatMul.Strides x;
  private final MatMul.Strides w;
  private final MatMul.Strides y;
  private final long terms;

  MatMulPlan(Device device, MatMul op, List<Shape> inputs) {
    super(device, op, inputs);
    this.x = op.ofX(inputs.get(0));
    this.w = op.ofW(inputs.get(1));
    Shape product = out.get(0);
    this.y = new MatMul.Strides(product.dim(1) * product.dim(2), product.dim(2), 1);
    this.terms = op.terms(inputs.get(0));
  }

  /** A batch of matrices: where, and how it is read. */
  private record Operand(long address, MatMul.Strides by) {
    Operand transposed() {
      return new Operand(address, by.transposed());
    }
  }

  @Override
  protected void compute(Forward call) {
    Operand a = new Operand(input(call.inputs(), "x"), x);
    Operand b = new Operand(input(call.inputs(), "w"), w);
    Shape product = out.get(0);
    run("matrix_product", a, b, output(call.outputs(), "y"), product.dim(1), product.dim(2), terms);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Operand dy = new Operand(output(call.outputGradients(), "y"), y);
    long m = out.get(0).dim(1);
    long n = out.get(0).dim(2);
    long dx = wanted(call.inputGradients(), "x");
    long dw = wanted(call.inputGradients(), "w");
    if (dx != 0) {
      Operand b = new Operand(input(call.inputs(), "w"), w).transposed();
      gradient(kernel(call, "x"), dy, b, dx, m, terms, n, op.transposeX());
    }
    if (dw != 0) {
      Operand a = new Operand(input(call.inputs(), "x"), x).transposed();
      gradient(kernel(call, "w"), a, dy, dw, terms, n, m, op.transposeW());
    }
  }

  private String kernel(Backward call, String input) {
    return isWritten(call, input) ? "matrix_product" : "matrix_product_add";
  }

  /** A product is an operand's gradient; that of a transposed one is the transposed product. */
  private void gradient(
      String kernel,
      Operand a,
      Operand b,
      long to,
      long rows,
      long columns,
      long depth,
      boolean transposed) {
    if (transposed) {
      run(kernel, b.transposed(), a.transposed(), to, columns, rows, depth);
    } else {
      run(kernel, a, b, to, rows, columns, depth);
    }
  }

  private void run(
      String kernel, Operand a, Operand b, long to, long rows, long columns, long depth) {
    long down = (rows + TILE - 1) / TILE;
    long across = (columns + TILE - 1) / TILE;
    long tiles = out.get(0).dim(0) * down * across;
    Arguments s = device.arguments().put32(0).address(a.address).address(b.address).address(to);
    s.put64(rows).put64(columns).put64(depth).put64(tiles);
    s.put64(a.by.batch()).put64(a.by.row()).put64(a.by.column());
    s.put64(b.by.batch()).put64(b.by.row()).put64(b.by.column());
    device.launch(kernel, tiles * Device.BLOCK, s.divisor(across).divisor(down));
  }
}
