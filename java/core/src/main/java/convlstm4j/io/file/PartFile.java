package convlstm4j.io.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file being written beside its target, as {@code .TARGET.16-HEX-DIGITS.part}. Its writer holds a
 * lock on it, which the system takes away when the writer dies: what is not locked is left over.
 * Process numbers would not tell, since in a container every process may have the same.
 *
 * @param path its name
 * @param channel open for writing
 */
record PartFile(Path path, FileChannel channel) {
  private static final String SUFFIX = ".part";
  private static final String UNIQUE = "[0-9a-f]{16}";
  private static final int TRIES = 100;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Beyond all content, since on Windows nobody else can read what is locked. */
  static final long LOCKED = Long.MAX_VALUE - 1;

  /** Starts a file with the mode and owner that its target has, if it is there. */
  static PartFile create(Target target) throws IOException {
    removeLeftovers(target);
    @Nullable PosixFileAttributes like =
        target.isPosix() && Files.exists(target.file())
            ? Files.readAttributes(target.file(), PosixFileAttributes.class)
            : null;
    for (int i = 0; i < TRIES; i++) {
      String unique = HexFormat.of().toHexDigits(RANDOM.nextLong());
      Path path = target.folder().resolve(target.hidden(unique + SUFFIX));
      AtExit.remove(path); // before it is there, so that no other thread takes it for left over
      PartFile file = null;
      try {
        file = AtExit.make(() -> open(path, like));
      } catch (FileAlreadyExistsException e) {
        continue; // somebody else's
      } finally {
        if (file == null) {
          AtExit.keep(path);
        }
      }
      try {
        if (file.locked()) {
          file.take(like);
          return file;
        }
        file.close();
      } catch (IOException | RuntimeException e) {
        file.remove();
        throw e;
      }
    }
    throw new IOException("no free name after " + TRIES + " tries");
  }

  private static PartFile open(Path path, @Nullable PosixFileAttributes like) throws IOException {
    // Never readable by more people than its target, not even for a moment.
    FileAttribute<?>[] mode =
        like == null
            ? new FileAttribute<?>[0]
            : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(like.permissions())};
    return new PartFile(
        path,
        FileChannel.open(
            path, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), mode));
  }

  /** Locks the file; false if somebody took it for left over in the moment before. */
  private boolean locked() throws IOException {
    try {
      if (channel.tryLock(LOCKED, 1, false) == null) {
        return false;
      }
    } catch (IOException e) {
      // A file system without locks: nobody can tell that this file is left over, so it stays.
      return true;
    }
    return Files.exists(path);
  }

  private void take(@Nullable PosixFileAttributes like) throws IOException {
    if (like == null) {
      return;
    }
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    PosixFileAttributes own = view.readAttributes();
    try {
      if (!own.owner().equals(like.owner())) {
        view.setOwner(like.owner());
      }
      if (!own.group().equals(like.group())) {
        view.setGroup(like.group());
      }
    } catch (IOException e) {
      throw new IOException(
          "it belongs to "
              + like.owner().getName()
              + ", group "
              + like.group().getName()
              + ", which would not stay so; name another file",
          e);
    }
    view.setPermissions(like.permissions());
  }

  private static void removeLeftovers(Target target) throws IOException {
    String start = target.hidden("");
    DirectoryStream.Filter<Path> parts =
        path -> {
          String name = path.getFileName().toString();
          return name.startsWith(start)
              && name.substring(start.length()).matches(UNIQUE + "\\" + SUFFIX)
              && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        };
    try (DirectoryStream<Path> all = Files.newDirectoryStream(target.folder(), parts)) {
      for (Path path : all) {
        if (!AtExit.isOurs(path)) {
          removeIfDead(path);
        }
      }
    }
  }

  private static void removeIfDead(Path path) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock(LOCKED, 1, false)) {
      if (lock != null) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Gone meanwhile, of another user, or on a file system without locks: it is in nobody's way.
    }
  }

  /** Closes the file and leaves it to the others, as when it has its final name. */
  void close() throws IOException {
    channel.close();
    AtExit.keep(path);
  }

  /** Closes and removes the file. */
  void remove() throws IOException {
    try {
      channel.close();
      Files.deleteIfExists(path);
    } finally {
      AtExit.keep(path);
    }
  }
}
