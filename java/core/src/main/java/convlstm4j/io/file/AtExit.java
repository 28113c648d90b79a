package convlstm4j.io.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Files that mean nothing without this process: they go with it, unless it is killed. */
final class AtExit {
  private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();

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

  /** Whether this process is at work on a file. */
  static boolean isOurs(Path file) {
    return FILES.contains(file);
  }

  private static void removeAll() {
    for (Path file : FILES) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Nobody is left to be told; whoever writes the same file next tries again.
      }
    }
  }
}
