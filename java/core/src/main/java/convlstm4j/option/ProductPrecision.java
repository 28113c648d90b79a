package convlstm4j.option;

/** How exactly a backend must multiply the float32 numbers that it adds up in convolutions. */
public enum ProductPrecision {
  /** Every product as float32 has it. */
  FLOAT32,
  /**
   * Operands may be rounded to the 10 bits of mantissa of TensorFloat-32, and algorithms be used
   * that add and subtract neighbours first (Winograd, FFT). Sums stay float32.
   */
  TF32
}
