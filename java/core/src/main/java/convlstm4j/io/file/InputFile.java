package convlstm4j.io.file;

import java.io.BufferedReader;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Opens files to be read: regular ones. Opening a named pipe waits until somebody writes to it, for
 * ever if need be, a device may never end, and files of {@code /proc} do not say how long they are.
 */
public final class InputFile {
  /** Kinds of file systems whose files are made up while they are read. */
  private static final Set<String> MADE_UP = Set.of("proc", "sysfs", "cgroup", "cgroup2");

  // The file type in a mode, as in <sys/stat.h>.
  private static final int TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int SOCKET = 0140000;

  private InputFile() {}

  /**
   * Opens a file.
   *
   * @param file the file
   * @return its bytes, to be closed
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not a regular file, saying what it is instead, or cannot be opened
   */
  public static FileChannel open(Path file) throws IOException {
    return FileChannel.open(checked(file), StandardOpenOption.READ);
  }

  /**
   * Opens a text in UTF-8.
   *
   * @param file the file
   * @return its text, to be closed
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not a regular file, saying what it is instead, or cannot be opened
   */
  public static BufferedReader reader(Path file) throws IOException {
    return Files.newBufferedReader(checked(file));
  }

  /**
   * Reads a text in UTF-8.
   *
   * @param file the file
   * @param most bytes that are read
   * @return the text
   * @throws NoSuchFileException if there is none
   * @throws CharConversionException if it is longer or not UTF-8
   * @throws IOException if it is not a regular file, saying what it is instead, or cannot be read
   */
  public static String text(Path file, int most) throws IOException {
    try (FileChannel channel = open(file)) {
      long size = channel.size();
      if (size > most) {
        throw new CharConversionException(
            "has " + size + " bytes, of a text at most " + most + " are read");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until it is full, or the file has become shorter
      }
      return Utf8.decode(bytes.flip());
    }
  }

  /**
   * Makes sure that a file can be read to its end.
   *
   * @param file the file
   * @return the same
   * @throws NoSuchFileException if there is none
   * @throws IOException if it is not a regular file, saying what it is instead
   */
  public static Path checked(Path file) throws IOException {
    if (!Files.exists(file)) {
      boolean link = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
      throw link
          ? new IOException("is a link to " + Files.readSymbolicLink(file) + ", which is not there")
          : new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("is " + kind(file) + ", expected a file");
    }
    String system = Files.getFileStore(file).type();
    if (MADE_UP.contains(system)) {
      throw new IOException(
          "is a file of the system (" + system + "), which has no length; copy it to a file first");
    }
    return file;
  }

  private static String kind(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      return "a folder";
    }
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return "a special file";
    }
    return switch ((int) Files.getAttribute(file, "unix:mode") & TYPE) {
      case PIPE -> "a named pipe";
      case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device";
      case SOCKET -> "a socket";
      default -> "a special file";
    };
  }
}
