package convlstm4j.backend;

/** A backend cannot start, has no memory left or failed; the message says which and why. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean noDevice;

  /**
   * Makes the exception.
   *
   * @param message which backend, what failed, what to do
   */
  public BackendException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message which backend, what failed, what to do
   * @param cause what the library below threw
   */
  public BackendException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private BackendException(String message, Throwable cause, boolean noDevice) {
    super(message, cause);
    this.noDevice = noDevice;
  }

  /**
   * A backend cannot start because the machine has no such device: nothing is broken.
   *
   * @param message which backend, which device
   * @param cause what the library below threw, or null
   * @return the exception
   */
  public static BackendException noDevice(String message, Throwable cause) {
    return new BackendException(message, cause, true);
  }

  /**
   * Whether all that is missing is the device.
   *
   * @return false if something that should work does not
   */
  public boolean isNoDevice() {
    return noDevice;
  }
}
