package convlstm4j.backend.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;

/**
 * A product of two matrices, or of batches of them, by oneDNN. Long sums are sums of sums over
 * blocks of about the square root of their number of terms: the rounding error of one long float32
 * sum would grow with it.
 */
final class MatrixProduct implements AutoCloseable {
  /** Sums of so few terms are one block. */
  private static final long LEAST_BLOCK = 64;

  /** A part of the sums, and how far into the two matrices it begins. */
  private record Block(Prim product, long bytesA, long bytesB) {}

  private final List<Block> blocks = new ArrayList<>();
  private final boolean bias;

  /**
   * A matrix in memory, or a batch of them, by the floats from one row and from one column to the
   * next.
   *
   * @param batch how many; 1 for one alone
   * @param batchStride floats from one to the next
   */
  record Matrix(
      long batch, long batchStride, long rows, long columns, long rowStride, long columnStride) {
    /** Row by row. */
    static Matrix of(long rows, long columns) {
      return of(1, rows, columns);
    }

    /** One after the other, each row by row. */
    static Matrix of(long batch, long rows, long columns) {
      return new Matrix(batch, rows * columns, rows, columns, columns, 1);
    }

    Matrix transposed() {
      return new Matrix(batch, batchStride, columns, rows, columnStride, rowStride);
    }

    /** The first rows and columns. */
    private Matrix part(long someRows, long someColumns) {
      return new Matrix(batch, batchStride, someRows, someColumns, rowStride, columnStride);
    }

    private memory.desc desc() {
      return batch == 1
          ? Dnnl.desc(new long[] {rows, columns}, new long[] {rowStride, columnStride})
          : Dnnl.desc(
              new long[] {batch, rows, columns}, new long[] {batchStride, rowStride, columnStride});
    }
  }

  /**
   * Prepares {@code c = a b}, {@code c = a b + bias} or {@code c += a b}.
   *
   * @param engine where it runs
   * @param a the first matrix
   * @param b the second
   * @param bias whether a row is added to each row of the result; not with {@code add}, nor of a
   *     batch
   * @param add whether the result is added to what is there
   */
  MatrixProduct(Dnnl engine, Matrix a, Matrix b, boolean bias, boolean add) {
    this.bias = bias;
    long depth = a.columns;
    long size = Math.min(depth, Math.max(LEAST_BLOCK, (long) Math.sqrt((double) depth)));
    Prim whole = null; // what blocks of the full size share
    for (long from = 0; from < depth; from += size) {
      long n = Math.min(size, depth - from);
      boolean first = from == 0;
      Prim p =
          n == size && whole != null
              ? whole
              : product(engine, part(a, b, n), first && bias, !first || add);
      // The first block differs from the others unless they all add and none has the bias.
      whole = n == size && (!first || add) ? p : whole;
      blocks.add(
          new Block(p, from * a.columnStride * Float.BYTES, from * b.rowStride * Float.BYTES));
    }
  }

  private static Matrix[] part(Matrix a, Matrix b, long depth) {
    return new Matrix[] {
      a.part(a.rows, depth), b.part(depth, b.columns), Matrix.of(a.batch, a.rows, b.columns)
    };
  }

  private static Prim product(Dnnl engine, Matrix[] abc, boolean bias, boolean add) {
    try (primitive_attr attributes = Prim.attributes(add);
        memory.desc a = abc[0].desc();
        memory.desc b = abc[1].desc();
        memory.desc c = abc[2].desc();
        memory.desc row = bias ? Matrix.of(1, abc[2].columns).desc() : null;
        matmul.primitive_desc desc =
            bias
                ? new matmul.primitive_desc(engine.engine(), a, b, row, c, attributes, false)
                : new matmul.primitive_desc(engine.engine(), a, b, c, attributes, false)) {
      Prim p =
          new Prim(engine, new primitive(desc), desc)
              .argument(dnnl.DNNL_ARG_SRC, a)
              .argument(dnnl.DNNL_ARG_WEIGHTS, b)
              .argument(dnnl.DNNL_ARG_DST, c);
      return row != null ? p.argument(dnnl.DNNL_ARG_BIAS, row) : p;
    }
  }

  long scratchBytes() {
    return blocks.stream().mapToLong(b -> b.product.scratchBytes()).max().orElse(0);
  }

  /** oneDNN's name of the code that runs. */
  String implementation() {
    return blocks.get(0).product.implementation();
  }

  /** Runs on arrays at these addresses; {@code row} is the bias, if there is one. */
  void run(long a, long b, long row, long c, long scratch) {
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      Prim p = block.product.scratch(scratch);
      if (bias && i == 0) {
        p.bind(dnnl.DNNL_ARG_BIAS, row);
      }
      p.bind(dnnl.DNNL_ARG_SRC, a + block.bytesA)
          .bind(dnnl.DNNL_ARG_WEIGHTS, b + block.bytesB)
          .bind(dnnl.DNNL_ARG_DST, c)
          .run();
    }
  }

  @Override
  public void close() {
    blocks.stream().map(Block::product).distinct().forEach(Prim::close);
  }
}
