package convlstm4j.option;

/** Zero padding of a convolution or pooling window, as TensorFlow and Keras define it. */
public enum Padding {
  /** No padding: only windows inside the image. */
  VALID,
  /**
   * As many windows as {@code ceil(n / stride)}; the padding is split evenly and the odd pixel goes
   * after (bottom, right).
   */
  SAME;

  /**
   * Keras's spelling.
   *
   * @return {@code valid} or {@code same}
   */
  public String kerasName() {
    return this == VALID ? "valid" : "same";
  }
}
