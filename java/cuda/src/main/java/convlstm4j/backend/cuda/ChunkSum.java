package convlstm4j.backend.cuda;

/**
 * A sum in an order that no grid changes: chunks of terms, each added up in double by one block,
 * then the chunks; see cuda/include/sums.h.
 *
 * @param chunks number of partial sums
 */
record ChunkSum(long chunks) {
  private static final int TERMS = 16 * Device.BLOCK;

  /** For so many terms. */
  static ChunkSum of(long terms) {
    return of(terms, TERMS);
  }

  /** For so many terms, of which so many make a chunk. */
  static ChunkSum of(long terms, long perChunk) {
    return new ChunkSum((terms + perChunk - 1) / perChunk);
  }

  /** Room for the partial sums. */
  long bytes() {
    return chunks * Double.BYTES;
  }

  /** Starts the kernel that writes the partial sums. */
  void start(Device d, String kernel, Arguments a) {
    d.launch(kernel, chunks * Device.BLOCK, a);
  }

  /** {@code value[0] = scale * sum of the partial sums}. */
  void finish(Device d, long partial, double scale, long value) {
    d.launchBlocks(
        "sum_finish",
        1,
        d.arguments().address(partial).put64(chunks).putDouble(scale).address(value));
  }
}
