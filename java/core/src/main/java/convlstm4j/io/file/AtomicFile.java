package convlstm4j.io.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A file that appears whole or not at all. It is written under another name beside its target,
 * forced to disk and renamed; whoever opens the target sees the old content or the new one, also
 * after a crash or a power cut.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(target)) {
 *   file.channel().write(bytes);
 *   file.commit();
 * }
 * }</pre>
 *
 * <p>The other name is {@code .TARGET.PID-COUNT.part}; what killed processes left under such a name
 * is removed by the next {@link #create} for the same target.
 */
public final class AtomicFile implements AutoCloseable {
  private static final AtomicLong COUNT = new AtomicLong();
  private static final String SUFFIX = ".part";

  private final Path target;
  private final Path part;
  private final FileChannel file;
  private final WritableByteChannel channel;
  private boolean committed;
  private boolean closed;

  private AtomicFile(Path target, Path part, UnaryOperator<WritableByteChannel> wrap)
      throws IOException {
    this.target = target;
    this.part = part;
    this.file = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    this.channel = wrap.apply(file);
  }

  /**
   * Starts a file. The target stays as it is until {@link #commit}.
   *
   * @param target the file to make or replace, in a folder that exists
   * @return the file, empty, to be closed
   * @throws IOException if it cannot be made; the message names the target and the reason
   */
  public static AtomicFile create(Path target) throws IOException {
    return create(target, UnaryOperator.identity());
  }

  /**
   * Starts a file whose bytes go through a channel of the caller's, to count, limit or refuse them.
   *
   * @param target the file to make or replace, in a folder that exists
   * @param wrap gets the file's channel and gives the one for {@link #channel}
   * @return the file, empty, to be closed
   * @throws IOException if it cannot be made; the message names the target and the reason
   */
  public static AtomicFile create(Path target, UnaryOperator<WritableByteChannel> wrap)
      throws IOException {
    // Through links: a rename would put the file in the place of the link.
    Path absolute = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || absolute.getFileName() == null || Files.isDirectory(absolute)) {
      throw new IOException(target + ": cannot be written, it is a folder");
    }
    // The rename would put a file in the place of a device such as /dev/null, for everybody.
    if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
      throw new IOException(
          target + ": cannot be written, it is no file but a device or a pipe; name a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException(target + ": cannot be written, there is no folder " + folder);
    }
    String prefix = "." + absolute.getFileName() + ".";
    removeLeftovers(folder, prefix);
    String unique = ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    try {
      return new AtomicFile(absolute, folder.resolve(prefix + unique + SUFFIX), wrap);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          target + ": cannot be written, " + e.getMessage() + " is in the way", e);
    } catch (IOException e) {
      throw new IOException(target + ": cannot be written: " + reason(e), e);
    }
  }

  /** Only files of processes that are gone: another live one may be writing the same target. */
  private static void removeLeftovers(Path folder, String prefix) throws IOException {
    DirectoryStream.Filter<Path> left =
        path -> {
          String name = path.getFileName().toString();
          if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) {
            return false;
          }
          String unique = name.substring(prefix.length(), name.length() - SUFFIX.length());
          return unique.matches("[0-9]{1,18}-[0-9]+")
              && ProcessHandle.of(Long.parseLong(unique.substring(0, unique.indexOf('-'))))
                  .isEmpty();
        };
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, left)) {
      for (Path path : leftovers) {
        Files.deleteIfExists(path);
      }
    }
  }

  /**
   * Where the content goes.
   *
   * @return the channel
   * @throws IllegalStateException if the file is committed or closed
   */
  public WritableByteChannel channel() {
    checkOpen();
    return channel;
  }

  /**
   * Forces the content to disk and gives it the target's name.
   *
   * @throws IOException if that fails; the target is as before
   * @throws IllegalStateException if the file is committed or closed
   */
  public void commit() throws IOException {
    checkOpen();
    file.force(true);
    file.close();
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(target + ": the file system cannot rename in one step", e);
    }
    committed = true;
    forceFolder();
  }

  /** Makes the rename itself durable, where the system can open a folder (Windows cannot). */
  private void forceFolder() throws IOException {
    if (!target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private void checkOpen() {
    if (committed || closed) {
      throw new IllegalStateException(
          target
              + ": "
              + (committed ? "is complete" : "was closed before it was complete")
              + "; create it anew to write it again");
    }
  }

  /**
   * Ends the writing; without {@link #commit} before, removes what was written.
   *
   * @throws IOException if it cannot be removed
   */
  @Override
  public void close() throws IOException {
    closed = true;
    file.close();
    if (!committed) {
      Files.deleteIfExists(part);
    }
  }

  /** What went wrong in words, where the JDK gives only the path. */
  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
