package convlstm4j.option;

/**
 * A penalty on weights or outputs, added to the loss: {@code l1 sum|x| + l2 sum x^2}, as in Keras.
 *
 * @param l1 weight of the absolute values; at least 0
 * @param l2 weight of the squares; at least 0
 */
public record Regularizer(double l1, double l2) {
  /** No penalty. */
  public static final Regularizer NONE = new Regularizer(0, 0);

  public Regularizer {
    if (!(l1 >= 0 && l2 >= 0 && Double.isFinite(l1 + l2))) {
      throw new IllegalArgumentException(
          "regularizer l1=" + l1 + ", l2=" + l2 + ": both must be finite and >= 0");
    }
  }

  /**
   * A penalty on absolute values.
   *
   * @param l1 its weight
   * @return the regulariser
   */
  public static Regularizer l1(double l1) {
    return new Regularizer(l1, 0);
  }

  /**
   * A penalty on squares.
   *
   * @param l2 its weight
   * @return the regulariser
   */
  public static Regularizer l2(double l2) {
    return new Regularizer(0, l2);
  }

  /**
   * Whether nothing is added.
   *
   * @return true if both weights are 0
   */
  public boolean isNone() {
    return l1 == 0 && l2 == 0;
  }
}
