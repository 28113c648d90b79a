package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.MatMul;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link MatMul}: {@code y[b, m, n] = sum_k x[b, m, k] w[b, k, n]}. */
final class MatMulPlan extends ReferencePlan<MatMul> {
  private final MatMul.Strides x;
  private final MatMul.Strides w;
  private final MatMul.Strides y;
  private final int rows;
  private final int columns;
  private final int terms;
  private final int batches;

  MatMulPlan(MatMul op, List<Shape> inputs) {
    super(op, inputs);
    this.x = op.ofX(inputs.get(0));
    this.w = op.ofW(inputs.get(1));
    Shape product = out.get(0);
    this.batches = (int) product.dim(0);
    this.rows = (int) product.dim(1);
    this.columns = (int) product.dim(2);
    this.terms = (int) op.terms(inputs.get(0));
    this.y = new MatMul.Strides((long) rows * columns, columns, 1);
  }

  /** A matrix of a batch and how it is read. */
  private static final class Operand {
    final float[] data;
    final MatMul.Strides by;

    Operand(float[] data, MatMul.Strides by) {
      this.data = data;
      this.by = by;
    }

    int at(int b, int row, int column) {
      return (int) (b * by.batch() + row * by.row() + column * by.column());
    }
  }

  @Override
  protected void compute(Forward call) {
    product(
        new Operand(input(call.inputs(), "x"), x),
        new Operand(input(call.inputs(), "w"), w),
        new Operand(output(call.outputs(), "y"), y),
        rows,
        columns,
        terms,
        false);
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    Operand dy = new Operand(output(call.outputGradients(), "y"), y);
    float[] dx = wanted(call.inputGradients(), "x");
    float[] dw = wanted(call.inputGradients(), "w");
    if (dx != null) {
      Operand seen = new Operand(input(call.inputs(), "w"), w.transposed());
      product(dy, seen, new Operand(dx, x), rows, terms, columns, !isWritten(call, "x"));
    }
    if (dw != null) {
      Operand seen = new Operand(input(call.inputs(), "x"), x.transposed());
      product(seen, dy, new Operand(dw, w), terms, columns, rows, !isWritten(call, "w"));
    }
  }

  private void product(
      Operand a, Operand b, Operand c, int height, int width, int depth, boolean add) {
    Parallel.each(
        Math.multiplyExact(batches, height),
        piece -> {
          int batch = piece / height;
          int m = piece % height;
          for (int n = 0; n < width; n++) {
            float sum = 0;
            for (int k = 0; k < depth; k++) {
              sum += a.data[a.at(batch, m, k)] * b.data[b.at(batch, k, n)];
            }
            int t = c.at(batch, m, n);
            c.data[t] = add ? c.data[t] + sum : sum;
          }
        });
  }
}
