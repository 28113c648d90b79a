package convlstm4j.backend;

/** Makes a backend; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /**
   * The backend's name.
   *
   * @return for instance {@code reference}
   */
  String name();

  /**
   * How much the backend is to be preferred by {@link Backends#auto()}.
   *
   * @return larger is faster; the reference has 0
   */
  int priority();

  /**
   * Starts the backend.
   *
   * @return the backend, which the caller closes
   * @throws BackendException if it cannot start here; the message says why
   */
  Backend start();
}
