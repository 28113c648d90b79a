package convlstm4j.cli.demo;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Target;
import convlstm4j.io.file.WriteLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that a demo fills. It holds nothing that the demo did not make, which a file in it
 * says; nothing of the user's is replaced or mixed with. One process at a time works in it.
 */
final class DemoFolder implements AutoCloseable {
  /** The file that says whose the folder is. */
  static final String MARK = "demo.txt";

  private static final String FIRST = "Made by convlstm4j demo";

  private final WriteLock lock;

  private DemoFolder(WriteLock lock) {
    this.lock = lock;
  }

  /**
   * Takes a folder that is not there yet, empty, or an earlier demo's.
   *
   * @param folder made with its parents if it is not there
   * @param seed of the demo, for the reader of the mark
   * @throws IllegalArgumentException if the folder holds something else, or another process works
   *     in it
   * @throws IOException if it cannot be written to
   */
  static DemoFolder claim(Path folder, long seed) throws IOException {
    checkOwn(folder);
    Files.createDirectories(folder);
    Path mark = folder.resolve(MARK);
    WriteLock lock;
    try {
      lock = WriteLock.take(Target.of(mark));
    } catch (IOException e) {
      throw new IllegalArgumentException("--output " + folder + ": " + e.getMessage(), e);
    }
    try {
      String text =
          FIRST + " --seed " + seed + ", which replaces what is here when it runs again.\n";
      AtomicFile.write(mark, text.getBytes(StandardCharsets.UTF_8));
      return new DemoFolder(lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static void checkOwn(Path folder) throws IOException {
    Path mark = folder.resolve(MARK);
    if (!Files.isDirectory(folder)
        || (Files.isRegularFile(mark) && Files.size(mark) < 1000 && isOwn(mark))) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        // What a demo leaves that is killed before it has begun.
        if (!entry.getFileName().toString().matches("\\." + MARK + "\\.(lock|[0-9a-f]+\\.part)")) {
          throw new IllegalArgumentException(
              "--output "
                  + folder
                  + ": holds "
                  + entry.getFileName()
                  + ", which no demo made; name a folder that is empty or not there yet");
        }
      }
    }
  }

  private static boolean isOwn(Path mark) throws IOException {
    byte[] bytes = Files.readAllBytes(mark);
    return new String(bytes, StandardCharsets.ISO_8859_1).startsWith(FIRST);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
