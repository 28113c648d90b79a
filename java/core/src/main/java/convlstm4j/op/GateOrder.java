package convlstm4j.op;

/**
 * The order of the four gates in every {@code 4F} axis: i, f, g, o, as in Keras (which calls g
 * {@code c}) and oneDNN. Nothing else in Java knows it: use {@link #index()} of these. C++ and CUDA
 * have an enum of the same names each, which tests compare with this one.
 */
public enum GateOrder {
  /** Input gate i. */
  INPUT(0),
  /** Forget gate f. */
  FORGET(1),
  /** Candidate g, Keras's {@code c}. */
  CANDIDATE(2),
  /** Output gate o. */
  OUTPUT(3);

  /** Number of gates. */
  public static final int COUNT = 4;

  private final int index;

  GateOrder(int index) {
    this.index = index;
  }

  /**
   * The gate's place.
   *
   * @return 0 to 3
   */
  public int index() {
    return index;
  }
}
