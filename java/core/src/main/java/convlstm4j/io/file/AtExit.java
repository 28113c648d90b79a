package convlstm4j.io.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Files that mean nothing without this process: they go with it, unless it is killed. */
final class AtExit {
  private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();

  /** Other threads of a process that ends are halted within this time. */
  private static final long LAST_NANOS = 2_000_000_000L;

  private static final Object MAKING = new Object();
  private static boolean ending;
  private static long since;

  static {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(AtExit::removeAll, "unfinished files"));
    } catch (IllegalStateException e) {
      // The process is ending already; whoever writes the same file next removes what it leaves.
    }
  }

  private AtExit() {}

  static void remove(Path file) {
    FILES.add(file);
  }

  static void keep(Path file) {
    FILES.remove(file);
  }

  /** How a file is made. */
  interface Making<T> {
    T make() throws IOException;
  }

  /**
   * Makes a file that {@link #remove} was told of before. Once the process ends it is made a moment
   * later: threads that end with the process leave nothing by that, and a shutdown hook of a
   * program's own can still save something.
   */
  static <T> T make(Making<T> making) throws IOException {
    for (; ; ) {
      long left;
      synchronized (MAKING) {
        left = ending ? LAST_NANOS - (System.nanoTime() - since) : 0;
        if (left <= 0) {
          return making.make();
        }
      }
      LockSupport.parkNanos(left);
    }
  }

  /** Whether this process is at work on a file. */
  static boolean isOurs(Path file) {
    return FILES.contains(file);
  }

  private static void removeAll() {
    synchronized (MAKING) {
      ending = true;
      since = System.nanoTime();
    }
    for (Path file : FILES) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Nobody is left to be told; whoever writes the same file next tries again.
      }
    }
  }
}
