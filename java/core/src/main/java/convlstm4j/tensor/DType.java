package convlstm4j.tensor;

/** Element type of a tensor and of the arithmetic done with it. */
public enum DType {
  /** IEEE 754 single precision, 4 bytes. */
  FLOAT32(4),
  /** IEEE 754 double precision, 8 bytes. */
  FLOAT64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Size of one element.
   *
   * @return bytes
   */
  public int bytes() {
    return bytes;
  }
}
