package convlstm4j.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * A folder for files that are mapped into memory. A file has no name any more once it is open
 * (where the system allows that): whatever becomes of the process, the system gives its room back
 * at the process's end at the latest. What a process left that was killed between the two is
 * deleted by the next that uses the folder; as nobody needs a name that is there, processes that
 * use the folder at the same time do not harm each other.
 */
public final class SpillFolder {
  private static final String BEGIN = "convlstm4j-";
  private static final String END = ".spill";
  private static final int PIECE = 1 << 20;
  private static final Set<StandardOpenOption> OPTIONS =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.DELETE_ON_CLOSE);

  private final Path path;

  /**
   * Looks whether the folder can be used, and deletes what killed processes have left there.
   *
   * @param path the folder
   * @throws IllegalArgumentException if it is no folder, or cannot be written to
   */
  public SpillFolder(Path path) {
    this.path = path;
    String who = "spill=" + path + ": ";
    if (!Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          who + (Files.exists(path) ? "is no folder" : "there is no such folder") + "; make one");
    }
    try {
      open(path).close();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          who + "cannot write to the folder (" + e + "); expected one that files can be made in",
          e);
    }
    clean(path);
  }

  private static void clean(Path folder) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, BEGIN + "*" + END)) {
      for (Path file : left) {
        delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "spill=" + folder + ": what a killed process left cannot be deleted: " + e, e);
    }
  }

  private static void delete(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      try {
        Files.deleteIfExists(file);
      } catch (java.nio.file.FileSystemException e) {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
          throw e;
        } // there a file that another process has open stays until that ends
      }
    }
  }

  private static FileChannel open(Path folder) throws IOException {
    return FileChannel.open(folder.resolve(BEGIN + UUID.randomUUID() + END), OPTIONS);
  }

  /**
   * Where it is.
   *
   * @return as given
   */
  public Path path() {
    return path;
  }

  /**
   * Bytes that can still be written there.
   *
   * @return bytes
   */
  public long freeBytes() {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("spill=" + path + ": cannot tell what is free", e);
    }
  }

  /**
   * Makes a file and maps it. All of it is written once: a disk that is full later, when a page
   * goes there, would end the process.
   *
   * @param bytes its size
   * @return the mapping; what maps it goes when nobody has the buffer any more
   * @throws BackendException if the disk is full, or the file cannot be made or mapped
   */
  public MappedByteBuffer map(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw BackendException.noRoom(
          "spill="
              + path
              + ": an array of "
              + (bytes >> 20)
              + " MiB is larger than a mapped file can be; use fewer frames at a time (stretch)");
    }
    try (FileChannel channel = open(path)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
      for (long at = 0; at < bytes; ) {
        zeros.clear().limit((int) Math.min(PIECE, bytes - at));
        at += channel.write(zeros, at);
      }
      return channel.map(MapMode.READ_WRITE, 0, bytes);
    } catch (IOException e) {
      throw new BackendException(
          "spill="
              + path
              + ": cannot make a file of "
              + (bytes >> 20)
              + " MiB ("
              + e.getMessage()
              + "); "
              + (freeBytes() >> 20)
              + " MiB are free there: make room, or name a folder on another disk",
          e);
    }
  }
}
