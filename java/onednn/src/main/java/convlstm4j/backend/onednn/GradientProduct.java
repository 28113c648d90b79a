package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.MatrixProduct.Matrix;

/** A product that is added to a gradient, or written into it. */
final class GradientProduct implements AutoCloseable {
  private final MatrixProduct adding;
  private final MatrixProduct writing;

  GradientProduct(Dnnl engine, Matrix a, Matrix b) {
    adding = new MatrixProduct(engine, a, b, false, true);
    writing = new MatrixProduct(engine, a, b, false, false);
  }

  long scratchBytes() {
    return Math.max(adding.scratchBytes(), writing.scratchBytes());
  }

  /** Runs on arrays at these addresses. */
  void run(boolean write, long a, long b, long c, long scratch) {
    (write ? writing : adding).run(a, b, 0, c, scratch);
  }

  @Override
  public void close() {
    adding.close();
    writing.close();
  }
}
