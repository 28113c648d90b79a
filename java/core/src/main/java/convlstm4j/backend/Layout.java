package convlstm4j.backend;

/** Cuts memory into parts, each of which begins at a multiple of so many bytes. */
public final class Layout {
  private final int elementBytes;
  private final int align;
  private final int unit;
  private long bytes;

  /**
   * Starts with nothing.
   *
   * @param elementBytes bytes of an element
   * @param align bytes of which each part begins at a multiple
   * @param unit bytes in which offsets are counted
   */
  public Layout(int elementBytes, int align, int unit) {
    this.elementBytes = elementBytes;
    this.align = align;
    this.unit = unit;
  }

  /**
   * Takes a part.
   *
   * @param elements how many it holds
   * @return its offset, in units
   */
  public long take(long elements) {
    return takeBytes(Math.multiplyExact(elements, (long) elementBytes));
  }

  /**
   * Takes a part.
   *
   * @param count how many bytes it holds
   * @return its offset, in units
   */
  public long takeBytes(long count) {
    long at = bytes / unit;
    bytes = Math.addExact(bytes, Math.addExact(count, align - 1L) / align * align);
    return at;
  }

  /**
   * All that was taken.
   *
   * @return bytes
   */
  public long bytes() {
    return bytes;
  }
}
