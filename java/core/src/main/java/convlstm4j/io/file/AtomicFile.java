package convlstm4j.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
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
 * <p>Mode and owner of a file that is replaced stay; symbolic links are followed. The other name is
 * {@code .TARGET.16-HEX-DIGITS.part}; what killed processes left under such a name is removed by
 * the next {@link #create} for the same target.
 */
public final class AtomicFile implements AutoCloseable {
  private final Path named;
  private final Target target;
  private final PartFile part;
  private final WritableByteChannel channel;
  private boolean committed;
  private boolean closed;

  private AtomicFile(
      Path named, Target target, PartFile part, UnaryOperator<WritableByteChannel> wrap) {
    this.named = named;
    this.target = target;
    this.part = part;
    this.channel = new Naming(wrap.apply(part.channel()));
  }

  /**
   * Makes a file, or replaces it.
   *
   * @param target in a folder that exists
   * @param content all of it
   * @throws IOException if it cannot be written; the message names the target and the reason
   */
  public static void write(Path target, byte[] content) throws IOException {
    try (AtomicFile file = create(target)) {
      file.channel().write(ByteBuffer.wrap(content));
      file.commit();
    }
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
    try {
      Target through = Target.of(target);
      Optional<String> problem = through.problem();
      if (problem.isPresent()) {
        throw new IOException(problem.get());
      }
      return new AtomicFile(target, through, PartFile.create(through), wrap);
    } catch (IOException e) {
      throw failed(target, e);
    }
  }

  /**
   * Where the content goes.
   *
   * @return the channel, which takes all it is given; its failures name the target and the reason
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
    try {
      part.channel().force(true);
      // While it is open and locked: nobody may take it for left over in between.
      Files.move(
          part.path(),
          target.file(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(named + ": the file system cannot rename in one step", e);
    } catch (IOException e) {
      throw failed(e);
    }
    committed = true;
    try {
      part.close();
      forceFolder();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Makes the rename itself durable, where the system can open a folder (Windows cannot). */
  private void forceFolder() throws IOException {
    if (!target.isPosix()) {
      return;
    }
    try (FileChannel folder = FileChannel.open(target.folder(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private void checkOpen() {
    if (committed || closed) {
      throw new IllegalStateException(
          named
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
    if (!committed) {
      part.remove();
    }
  }

  /** Says of a channel's failures which file they are about. */
  private final class Naming implements WritableByteChannel {
    private final WritableByteChannel to;

    Naming(WritableByteChannel to) {
      this.to = to;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int size = from.remaining();
      try {
        while (from.hasRemaining()) {
          to.write(from);
        }
        return size;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public boolean isOpen() {
      return to.isOpen();
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }

  private IOException failed(IOException e) {
    return failed(named, e);
  }

  /**
   * Words why a file cannot be written.
   *
   * @param named the file as its user knows it
   * @param e what was thrown
   * @return the file and the reason, each once
   */
  public static IOException failed(Path named, IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(named + ": ")
        ? e
        : new IOException(named + ": cannot be written: " + reason(e), e);
  }

  /** What went wrong in words, where the JDK gives only the path. */
  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "the file or its folder is gone"; // it was looked at before
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason(); // without the name of the part file
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
