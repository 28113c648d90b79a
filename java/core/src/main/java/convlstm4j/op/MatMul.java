package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Products of matrices in batches: {@code y[b] = x[b] w[b]}. Inputs {@code x [B, M, K]}, {@code w
 * [B, K, N]}, each with its last two axes exchanged where it is transposed; output {@code y [B, M,
 * N]}. Gradients: {@code dx[b] = dy[b] w[b]^T}, {@code dw[b] = x[b]^T dy[b]}.
 *
 * @param transposeX whether x is {@code [B, K, M]}
 * @param transposeW whether w is {@code [B, N, K]}
 */
public record MatMul(boolean transposeX, boolean transposeW) implements Op {
  /**
   * A matrix of a batch as an operand sees it, by the distances of its elements.
   *
   * @param batch from one matrix to the next
   * @param row from one row to the next
   * @param column from one column to the next
   */
  public record Strides(long batch, long row, long column) {
    static Strides of(Shape s, boolean transposed) {
      long rows = s.dim(1);
      long columns = s.dim(2);
      return transposed
          ? new Strides(rows * columns, 1, columns)
          : new Strides(rows * columns, columns, 1);
    }

    /**
     * The transposed matrix.
     *
     * @return the same elements with rows and columns exchanged
     */
    public Strides transposed() {
      return new Strides(batch, column, row);
    }
  }

  @Override
  public List<String> inputNames() {
    return List.of("x", "w");
  }

  /**
   * How x is read as {@code [M, K]}.
   *
   * @param x its shape, known
   * @return the distances
   */
  public Strides ofX(Shape x) {
    return Strides.of(x, transposeX);
  }

  /**
   * How w is read as {@code [K, N]}.
   *
   * @param w its shape, known
   * @return the distances
   */
  public Strides ofW(Shape w) {
    return Strides.of(w, transposeW);
  }

  /**
   * The number of terms of each sum.
   *
   * @param x shape of x
   * @return K
   */
  public long terms(Shape x) {
    return x.dim(transposeX ? 1 : 2);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis == 0
        ? TimeUse.local(List.of(0, 0), List.of(0))
        : Along.whole(this, "takes whole matrices");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Shape w = inputs.get(1);
    Checks.rank(this, "x", x, 3, "[B, M, K]");
    Checks.rank(this, "w", w, 3, "[B, K, N]");
    long k = terms(x);
    long other = w.dim(transposeW ? 2 : 1);
    Checks.that(
        same(x.dim(0), w.dim(0)) && same(k, other),
        "MatMul: x of shape "
            + x
            + (transposeX ? " transposed" : "")
            + " times w of shape "
            + w
            + (transposeW ? " transposed" : "")
            + ": expected as many matrices, and as many columns of x as rows of w");
    long batch = x.dim(0) == Shape.UNKNOWN ? w.dim(0) : x.dim(0);
    return List.of(Shape.of(batch, x.dim(transposeX ? 2 : 1), w.dim(transposeW ? 1 : 2)));
  }

  private static boolean same(long a, long b) {
    return a == b || a == Shape.UNKNOWN || b == Shape.UNKNOWN;
  }
}
