package convlstm4j.op;

/**
 * The order of the four gates in every {@code 4F} axis: i, f, g, o, as in Keras (which calls g
 * {@code c}) and oneDNN. Nothing else in the library knows it: use {@link #ordinal()} of these.
 */
public enum GateOrder {
  /** Input gate i. */
  INPUT,
  /** Forget gate f. */
  FORGET,
  /** Candidate g, Keras's {@code c}. */
  CANDIDATE,
  /** Output gate o. */
  OUTPUT;

  /** Number of gates. */
  public static final int COUNT = 4;
}
