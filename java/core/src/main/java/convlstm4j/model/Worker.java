package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Closing;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A thread with a backend and an engine of its own, which no other thread touches. */
final class Worker implements Turns, AutoCloseable {
  private final ExecutorService executor;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;
  private @Nullable Backend backend;
  private @Nullable Engine engine;

  /**
   * Starts one.
   *
   * @param name of the thread
   * @param backend starts the backend, on the thread
   * @param engine makes the engine, on the thread
   */
  Worker(String name, Supplier<Backend> backend, Function<Backend, Engine> engine) {
    this.executor =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread t = new Thread(work, name);
              t.setDaemon(true);
              thread = t;
              return t;
            });
    try {
      use(
          "start",
          () -> {
            Backend started = backend.get();
            this.backend = started;
            this.engine = engine.apply(started);
          });
    } catch (RuntimeException | Error e) {
      Closing.after(e, this);
      throw e;
    }
  }

  /** The engine, for use in a turn. */
  Engine engine() {
    return Objects.requireNonNull(engine, "a worker that did not start");
  }

  /** Waits for its turn and for the work, also where the caller is interrupted meanwhile. */
  @Override
  public <T> T use(String what, Supplier<T> work) {
    if (Thread.currentThread() == thread) {
      checkOpen(what);
      return work.get();
    }
    try {
      return result(
          executor.submit(
              () -> {
                checkOpen(what); // also where it was closed while this waited
                return work.get();
              }));
    } catch (RejectedExecutionException e) {
      throw closed(what);
    }
  }

  private static <T> T result(Future<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw rethrown(Objects.requireNonNull(e.getCause(), "work failed without a cause"));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** As it was thrown, since that says what is wrong; work throws nothing that is checked. */
  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) cause;
  }

  private void checkOpen(String what) {
    if (closed) {
      throw closed(what);
    }
  }

  private static IllegalStateException closed(String what) {
    return new IllegalStateException(
        what + ": the predictor is closed; make another, and close it after its last use");
  }

  @Override
  public void useUnlessClosed(String what, Runnable work) {
    if (!closed) {
      use(what, work);
    }
  }

  /** Ends all use but the backend's memory, in which others may still read; see {@link #end}. */
  void stop() {
    if (!closed) {
      use(
          "close",
          () -> {
            closed = true;
            Closing.all(engine);
          });
    }
  }

  /** Gives back the backend and the thread. */
  void end() {
    if (!executor.isShutdown()) {
      closed = true;
      try {
        result(executor.submit(() -> Closing.all(backend)));
      } finally {
        executor.shutdown();
      }
    }
  }

  @Override
  public void close() {
    Closing.all(this::stop, this::end);
  }
}
