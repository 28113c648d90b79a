package convlstm4j.backend;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** What closes with its owner: the last made first, each whatever becomes of the others. */
public final class Owned implements AutoCloseable {
  private static final ThreadLocal<Owned> MAKING = new ThreadLocal<>();

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private boolean closed;

  /** Owns nothing yet. */
  public Owned() {}

  /**
   * Makes something whole or not at all: if making it fails, the parts {@link #made} by then in
   * this thread close.
   *
   * @param maker makes it; from then on it owns its parts
   * @param <T> what is made
   * @return what was made
   */
  public static <T> T making(Supplier<T> maker) {
    Owned outer = MAKING.get();
    Owned parts = new Owned();
    MAKING.set(parts);
    try {
      return maker.get();
    } catch (RuntimeException | Error e) {
      Closing.after(e, parts);
      throw e;
    } finally {
      if (outer == null) {
        MAKING.remove();
      } else {
        MAKING.set(outer);
      }
    }
  }

  /**
   * Says that a part has been made whose owner may not come to be.
   *
   * @param part may be closed twice
   */
  public static void made(AutoCloseable part) {
    Owned whole = MAKING.get();
    if (whole != null) {
      whole.own(part);
    }
  }

  /**
   * Takes a part that closes with the others.
   *
   * @param part not null
   * @param <T> its type
   * @return the part
   * @throws IllegalStateException if the others are closed
   */
  public <T extends AutoCloseable> T own(T part) {
    if (closed) {
      throw new IllegalStateException("the owner is closed; it takes no more parts");
    }
    parts.push(part);
    return part;
  }

  /**
   * Closes all parts, once.
   *
   * @throws RuntimeException as {@link Closing#all(Iterable)}
   */
  @Override
  public void close() {
    closed = true;
    List<AutoCloseable> all = List.copyOf(parts);
    parts.clear();
    Closing.all(all);
  }
}
