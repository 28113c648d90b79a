package convlstm4j.io.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A file that is to be made or replaced.
 *
 * @param file where it is, symbolic links followed, also those to a file that is not there yet: a
 *     rename onto a link would put the file in the place of the link
 */
public record Target(Path file) {
  private static final int MOST_LINKS = 40;

  /** What a file system takes, less what is put around the name. */
  private static final int LONGEST_NAME = 200;

  /**
   * Follows links.
   *
   * @param path as the user wrote it
   * @return the target; {@link #problem} says whether it can be written
   * @throws IOException if links lead in a circle or may not be read
   */
  public static Target of(Path path) throws IOException {
    if (Files.exists(path)) {
      return new Target(path.toRealPath());
    }
    Path file = path.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(file); links++) {
      if (links == MOST_LINKS) {
        throw new IOException(path + ": symbolic links in a circle");
      }
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    Path folder = file.getParent();
    Path name = file.getFileName();
    return folder == null || name == null || !Files.isDirectory(folder)
        ? new Target(file)
        : new Target(folder.toRealPath().resolve(name));
  }

  /**
   * What keeps the file from being written.
   *
   * @return such as {@code is a folder, expected a file}; empty if nothing is known to
   */
  public Optional<String> problem() {
    Path folder = file.getParent();
    if (Files.isDirectory(file) || folder == null) {
      return Optional.of("is a folder, expected a file");
    }
    // The rename would put a file in the place of a device such as /dev/null, for everybody.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return Optional.of("is a device or a pipe, expected a file");
    }
    if (!Files.isDirectory(folder)) {
      return Optional.of("there is no folder " + folder + "; make it first");
    }
    if (!Files.isWritable(folder)) {
      return Optional.of("the folder " + folder + " may not be written to");
    }
    return Files.exists(file) ? readOnly() : Optional.empty();
  }

  /** Replacing a file takes no right to write it, and root has every right: look at its mode. */
  private Optional<String> readOnly() {
    try {
      boolean writable = Files.isWritable(file);
      String mode = "";
      if (isPosix()) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        mode = " (" + PosixFilePermissions.toString(permissions) + ")";
        writable &= mode.indexOf('w') >= 0;
      }
      return writable
          ? Optional.empty()
          : Optional.of("is read-only" + mode + "; name another file or make it writable");
    } catch (IOException e) {
      return Optional.of("its mode cannot be read: " + e.getMessage());
    }
  }

  boolean isPosix() {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class) != null;
  }

  /** The folder that the file is in, which one that may be written has. */
  Path folder() {
    return Objects.requireNonNull(file.getParent());
  }

  /** A name beside the file, hidden, that a file system takes however long the file's own is. */
  String hidden(String end) {
    String name = file.getFileName().toString();
    while (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      name = name.substring(0, name.length() - 1);
    }
    return "." + name + "." + end;
  }
}
