package convlstm4j.backend;

/** A backend cannot start, has no memory left or failed; the message says which and why. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message which backend, what failed, what to do
   */
  public BackendException(String message) {
    super(message);
  }

  /**
   * Makes the exception.
   *
   * @param message which backend, what failed, what to do
   * @param cause what the library below threw
   */
  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }
}
