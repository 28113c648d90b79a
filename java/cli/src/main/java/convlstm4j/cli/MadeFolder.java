package convlstm4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for results, which is not left behind if nothing came into it. */
final class MadeFolder implements AutoCloseable {
  private final Path folder;
  private final boolean made;

  private MadeFolder(Path folder, boolean made) {
    this.folder = folder;
    this.made = made;
  }

  /** Makes it, if it is not there. */
  static MadeFolder of(Path folder) {
    boolean there = Files.exists(folder);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    return new MadeFolder(folder, !there);
  }

  @Override
  public void close() {
    try {
      if (made) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // It holds the results.
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be removed: " + e.getMessage(), e);
    }
  }
}
