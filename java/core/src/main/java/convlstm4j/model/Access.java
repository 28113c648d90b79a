package convlstm4j.model;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Who may use a model: one thread at a time, and nobody once it is closed. It never waits: two
 * threads that take turns by luck would sooner or later meet in the same buffers.
 */
final class Access implements Turns {
  /** A call that is under way. */
  private record Use(Thread thread, String what) {}

  private final AtomicReference<Use> current = new AtomicReference<>();
  private volatile boolean closed;

  /**
   * Does what one thread at a time may do. The thread may come back from within, as callbacks do.
   *
   * @param what the method, for messages
   * @throws IllegalStateException if the model is closed, or another thread is using it
   */
  @Override
  public <T> T use(String what, Supplier<T> work) {
    Use mine = new Use(Thread.currentThread(), what);
    Use other = current.compareAndExchange(null, mine);
    if (other != null && other.thread() != mine.thread()) {
      throw new IllegalStateException(
          what
              + ": the model is used by two threads at once, \""
              + other.thread().getName()
              + "\" is in "
              + other.what()
              + "; use one model per thread, or a Predictor for predictions by many");
    }
    try {
      checkOpen(what);
      return work.get();
    } finally {
      if (other == null) {
        current.set(null);
      }
    }
  }

  @Override
  public void useUnlessClosed(String what, Runnable work) {
    if (!closed) {
      use(what, work);
    }
  }

  /**
   * Fails once the model is closed.
   *
   * @param what the method, for messages
   */
  void checkOpen(String what) {
    if (closed) {
      throw new IllegalStateException(
          what
              + ": the model is closed and its weights are gone; make or load it anew, and close it"
              + " after its last use");
    }
  }

  /** Ends all use, even if the work fails; a second call does nothing. */
  void close(Runnable work) {
    if (closed) {
      return;
    }
    use(
        "close",
        () -> {
          closed = true;
          work.run();
        });
  }
}
