package convlstm4j.io.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A process that ends while its threads make one file after another, or while a hook saves one. */
final class Ending {
  private static final int THREADS = 4;
  private static final long MILLIS = 300;

  private Ending() {}

  /** {@code FOLDER}, which has a file for the hook or is empty. */
  public static void main(String[] args) throws InterruptedException {
    Path folder = Path.of(args[0]);
    if (folder.resolve("hook").toFile().exists()) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> save(folder.resolve("hook"))));
    } else {
      for (int i = 0; i < THREADS; i++) {
        Path path = folder.resolve("begun" + i);
        new Thread(() -> begin(path)).start();
      }
      Thread.sleep(MILLIS);
    }
    System.exit(3);
  }

  private static void begin(Path path) {
    try {
      while (true) {
        WriteLock.take(Target.of(path)).close();
        AtomicFile.create(path).close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void save(Path path) {
    try {
      AtomicFile.write(path, new byte[] {1, 2});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
