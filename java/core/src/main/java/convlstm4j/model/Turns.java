package convlstm4j.model;

import java.util.function.Supplier;

/** Who may use something that is for one thread at a time, and when it is too late. */
interface Turns {
  /**
   * Does what one thread at a time may do. It may come back from within, as callbacks do.
   *
   * @param what the method, for messages
   * @throws IllegalStateException if it is closed
   */
  <T> T use(String what, Supplier<T> work);

  /** {@link #use(String, Supplier)} without a result. */
  default void use(String what, Runnable work) {
    use(
        what,
        () -> {
          work.run();
          return null;
        });
  }

  /** {@link #use(String, Runnable)}, which does nothing once it is closed. */
  void useUnlessClosed(String what, Runnable work);
}
