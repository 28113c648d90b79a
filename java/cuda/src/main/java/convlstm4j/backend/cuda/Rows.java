package convlstm4j.backend.cuda;

import convlstm4j.tensor.Shape;

/**
 * Rows along an array's last axis and how kernels share them out, see cuda/include/rows.h.
 *
 * @param count number of rows
 * @param length elements of one
 */
record Rows(long count, long length) {
  private static final int WARP = 32;

  /** Longest row that one thread takes alone. */
  private static final long SHORT = 8;

  static Rows of(Shape x) {
    return new Rows(x.without(-1).elements(), x.dim(-1));
  }

  private boolean isShort() {
    return length <= SHORT;
  }

  /** The end of the kernels' names. */
  String suffix() {
    return isShort() ? "_short" : "_long";
  }

  /** Threads for all rows at once. */
  long threads() {
    return isShort() ? count : count * WARP;
  }
}
