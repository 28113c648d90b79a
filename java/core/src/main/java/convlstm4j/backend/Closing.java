package convlstm4j.backend;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Closes several things, each of them whatever becomes of the others. */
public final class Closing {
  private Closing() {}

  /**
   * Closes all, in this order.
   *
   * @param parts what to close; null where there is nothing
   * @throws RuntimeException as {@link #all(Iterable)}
   */
  public static void all(@Nullable AutoCloseable... parts) {
    all(Arrays.asList(parts));
  }

  /**
   * Closes all, in this order.
   *
   * @param parts what to close; null where there is nothing
   * @throws RuntimeException the first failure, the later ones suppressed in it, of those that say
   *     the same only one: a device that is lost fails at each of a hundred blocks of memory
   */
  public static void all(Iterable<? extends AutoCloseable> parts) {
    RuntimeException first = null;
    for (AutoCloseable part : parts) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        if (first == null) {
          first = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        } else if (!says(first, e.toString())) {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static boolean says(Throwable failure, String what) {
    return Stream.concat(Stream.of(failure), Stream.of(failure.getSuppressed()))
        .anyMatch(e -> e.toString().equals(what));
  }

  /**
   * Closes what is of no use after a failure, which stays the one to be told.
   *
   * @param failure gets failures to close as suppressed ones
   * @param parts what to close; null where there is nothing
   */
  public static void after(Throwable failure, @Nullable AutoCloseable... parts) {
    try {
      all(parts);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
