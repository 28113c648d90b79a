package convlstm4j.io.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write a file, held by one process at a time: two trainings on one checkpoint would
 * replace each other's work. It is a lock on {@code .FILE.lock} beside the file, in which the
 * holder is named. The system takes the lock away when the holder dies, however that comes about;
 * the file alone, left by a killed process, means nothing and is used again.
 *
 * <p>Over a network the lock works as far as the file system's own locks do. Where there are none,
 * {@link #isHeld} is false.
 */
public final class WriteLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriteLock.class);
  private static final int LONGEST_NOTE = 1000;
  private static final int TRIES = 100;
  private static final Set<OpenOption> OPEN =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> MAKE =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);

  private final Path path;
  private final FileChannel channel;
  private final boolean held;

  private WriteLock(Path path, FileChannel channel, boolean held) {
    this.path = path;
    this.channel = channel;
    this.held = held;
  }

  /**
   * Takes the lock, without waiting.
   *
   * @param target the file that is to be written
   * @return the lock, to be closed
   * @throws IOException if another process or another part of this one has it, which the message
   *     names; or if the file beside the target cannot be made
   */
  public static WriteLock take(Target target) throws IOException {
    Path path = target.folder().resolve(target.hidden("lock"));
    synchronized (WriteLock.class) {
      // First: opening and closing the file would take the lock away from this process.
      if (AtExit.isOurs(path)) {
        throw new IOException("is being written by this process already");
      }
      AtExit.remove(path);
    }
    WriteLock lock = null;
    try {
      lock = open(path);
      return lock;
    } finally {
      if (lock == null) {
        AtExit.keep(path);
      }
    }
  }

  /**
   * Takes the lock for a work that is not to begin without it.
   *
   * @param path the file that is to be written, links followed
   * @param who takes it, for the message, such as {@code LastCheckpoint}
   * @return the lock, to be closed
   * @throws UncheckedIOException if another process or another part of this one has it, which the
   *     message names; or if the file cannot be written there
   */
  public static WriteLock claim(Path path, String who) {
    try {
      Target target = Target.of(path);
      Optional<String> problem = target.problem();
      if (problem.isPresent()) {
        throw new IOException(problem.get());
      }
      WriteLock lock = take(target);
      if (!lock.held) {
        LOG.warn(
            "{}: the file system of {} has no locks; see that nothing else writes it", who, path);
      }
      return lock;
    } catch (IOException e) {
      throw new UncheckedIOException(who + ": " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Gives the lock back, as {@link #close} does.
   *
   * @throws UncheckedIOException if the file beside the target cannot be removed
   */
  public void release() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be removed: " + e.getMessage(), e);
    }
  }

  private static WriteLock open(Path path) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      try {
        AtExit.make(() -> FileChannel.open(path, MAKE)).close();
        Object before = identity(path);
        FileChannel channel = FileChannel.open(path, OPEN);
        boolean mine = false;
        boolean done = false;
        try {
          Optional<Boolean> locked = tryLock(channel);
          if (locked.isPresent() && !locked.get()) {
            throw new IOException("is being written by " + holder(channel));
          }
          // The holder before may have removed what was opened here, and the next made another.
          mine = Objects.equals(before, identity(path));
          if (mine) {
            channel.truncate(0).write(ByteBuffer.wrap(note().getBytes(StandardCharsets.UTF_8)), 0);
            done = true;
            return new WriteLock(path, channel, locked.isPresent());
          }
        } finally {
          if (mine && !done) {
            Files.deleteIfExists(path); // as on a full disk
          }
          if (!done) {
            channel.close();
          }
        }
      } catch (AccessDeniedException e) {
        throw new IOException(
            "cannot be locked: " + path + " may not be written to; is it another user's?", e);
      } catch (NoSuchFileException e) {
        // Removed between two of the steps.
      }
    }
    throw new IOException("cannot be locked: " + path + " comes and goes");
  }

  /** Without opening it: closing it again would give the lock back. */
  private static Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** Whether it worked; empty on a file system that has no locks. */
  private static Optional<Boolean> tryLock(FileChannel channel) {
    try {
      return Optional.of(channel.tryLock(PartFile.LOCKED, 1, false) != null);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_NOTE);
    channel.read(bytes, 0);
    String note = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    // One line without control characters, whoever wrote it.
    note = note.replaceAll("\\p{Cntrl}", " ").strip();
    return note.isEmpty() ? "another process" : note;
  }

  private static String note() throws IOException {
    Path name = Path.of("/proc/sys/kernel/hostname");
    String host = Files.isReadable(name) ? " on " + Files.readString(name).strip() : "";
    return "process "
        + ProcessHandle.current().pid()
        + host
        + " since "
        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /**
   * Whether others are kept away.
   *
   * @return false on a file system without locks
   * @throws IllegalStateException if the lock was given back
   */
  public boolean isHeld() {
    if (!channel.isOpen()) {
      throw new IllegalStateException("the lock on " + path + " is closed");
    }
    return held;
  }

  /**
   * Gives the lock back, once.
   *
   * @throws IOException if the file beside the target cannot be removed
   */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return; // the file may be the next holder's by now
    }
    try {
      Files.deleteIfExists(path); // while it is locked, so that it is not another's
      channel.close();
    } finally {
      AtExit.keep(path);
    }
  }
}
