package convlstm4j.op;

/**
 * A shape or an option that a layer or op cannot work with; the message says what came and what was
 * expected.
 */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message who, what came, what was expected, what to do
   */
  public ShapeException(String message) {
    super(message);
  }
}
