package convlstm4j.backend;

import org.jspecify.annotations.Nullable;

/** A backend cannot start, has no memory left or failed; the message says which and why. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private enum Reason {
    NO_DEVICE,
    NO_ROOM,
    OTHER
  }

  private final Reason reason;

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
   * @param cause what the library below threw, or null
   */
  public BackendException(String message, @Nullable Throwable cause) {
    this(message, cause, Reason.OTHER);
  }

  private BackendException(String message, @Nullable Throwable cause, Reason reason) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * A backend cannot start because the machine has no such device: nothing is broken.
   *
   * @param message which backend, which device
   * @param cause what the library below threw, or null
   * @return the exception
   */
  public static BackendException noDevice(String message, @Nullable Throwable cause) {
    return new BackendException(message, cause, Reason.NO_DEVICE);
  }

  /**
   * Whether all that is missing is the device.
   *
   * @return false if something that should work does not
   */
  public boolean isNoDevice() {
    return reason == Reason.NO_DEVICE;
  }

  /**
   * A run is refused before it begins, since it would not fit: in smaller pieces it may.
   *
   * @param message what it needs and what is left
   * @return the exception
   */
  public static BackendException noRoom(String message) {
    return new BackendException(message, null, Reason.NO_ROOM);
  }

  /**
   * Whether a run was refused because it would not fit.
   *
   * @return false if something failed
   */
  public boolean isNoRoom() {
    return reason == Reason.NO_ROOM;
  }
}
