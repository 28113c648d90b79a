package convlstm4j.cli;

import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.file.Target;
import convlstm4j.io.file.WriteLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All files that a command reads and writes. None that it reads may be written, none may be written
 * twice, and none that another process is writing. Files are compared, not names: links, {@code ./}
 * and the like lead to one file.
 */
final class CommandFiles implements AutoCloseable {
  /** What a folder of videos is read from, beside them. */
  private static final Pattern LABELS =
      Pattern.compile("labels\\.csv|genres\\.txt", Pattern.CASE_INSENSITIVE);

  private record Read(String option, Path file, String replacedBy) {}

  private record Write(String option, Path file) {}

  private final List<Read> reads = new ArrayList<>();
  private final List<Read> folders = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();
  private final List<Write> folderWrites = new ArrayList<>();
  private final List<WriteLock> locks = new ArrayList<>();

  /** A file that is read, or a folder of pictures; null for none. */
  CommandFiles reads(String option, Path file) {
    if (file != null) {
      (Files.isDirectory(file) ? folders : reads).add(new Read(option, file, ""));
    }
    return this;
  }

  /** Files as {@code NAME=FILE} or {@code FILE}; which it is depends on the model. */
  CommandFiles reads(String option, List<String> words) {
    for (String word : words) {
      reads(option, Path.of(word));
      int equals = word.indexOf('=');
      if (equals > 0) {
        reads(option, Path.of(word.substring(equals + 1)));
      }
    }
    return this;
  }

  /**
   * A file that is read, such as a checkpoint to go on from; null for none.
   *
   * @param replacedBy the option that may name the same file
   */
  CommandFiles reads(String option, Path file, String replacedBy) {
    if (file != null) {
      reads.add(new Read(option, file, replacedBy));
    }
    return this;
  }

  /** A folder of trailers that is read; null for none. */
  CommandFiles readsFolder(String option, Path folder) {
    if (folder != null) {
      folders.add(new Read(option, folder, ""));
    }
    return this;
  }

  /** A file that is written; null for none. */
  CommandFiles writes(String option, Path file) {
    if (file != null) {
      writes.add(new Write(option, file));
    }
    return this;
  }

  /** Folders into which files of new names are written. */
  CommandFiles writesFolders(String option, List<Path> folders) {
    folders.forEach(f -> folderWrites.add(new Write(option, f)));
    return this;
  }

  /**
   * Checks all of it and keeps other processes from writing the same files until this is closed.
   *
   * @param err is told where files cannot be locked
   * @throws IllegalArgumentException if something is written that must not be
   */
  CommandFiles claim(PrintWriter err) {
    try {
      for (int i = 0; i < writes.size(); i++) {
        check(writes.get(i), writes.subList(0, i));
      }
      for (Write w : folderWrites) {
        for (Write file : writes) {
          checkOutside(w, file);
        }
        OutputFiles.checkFolder(w.option, w.file);
      }
      for (Write w : writes) {
        lock(w, err);
      }
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void check(Write w, List<Write> others) {
    OutputFiles.check(w.option, w.file);
    for (Write other : others) {
      if (isSame(w.file, other.file)) {
        throw wrong(w, "is the same file as " + other.option + " " + other.file);
      }
    }
    for (Read read : reads) {
      if (!w.option.equals(read.replacedBy) && isSame(w.file, read.file)) {
        throw wrong(
            w, "is the same file as " + read.option + " " + read.file + ", would replace it");
      }
    }
    for (Read read : folders) {
      checkFolder(w, read);
    }
  }

  /** A file cannot be where a folder is to be, or one that the folder is in. */
  private static void checkOutside(Write folder, Write file) {
    for (Path p = folder.file; p != null; p = p.getParent()) {
      if (isSame(p, file.file)) {
        throw wrong(folder, "is where " + file.option + " writes the file " + file.file);
      }
    }
  }

  private static void checkFolder(Write w, Read read) {
    Path file = target(w.file).file();
    String problem = "is part of " + read.option + " " + read.file + ", would replace it";
    boolean inner = Files.isDirectory(read.file) && !holdsVideos(read.file);
    if (isFrame(file)) {
      // Of the folder itself, of a video in it, or in a folder for a label.
      Path of = file.toAbsolutePath().getParent();
      for (int i = 0; i < 3 && of != null; i++, of = of.getParent()) {
        if (isSame(of, read.file)) {
          throw wrong(w, problem);
        }
      }
    }
    Path parent = file.toAbsolutePath().getParent();
    if (isOfFolder(file) && parent != null) {
      boolean within = inner && parent.getParent() != null && isSame(parent.getParent(), read.file);
      if (within || isSame(parent, read.file)) {
        throw wrong(w, problem);
      }
    }
    if (Files.exists(file) && Files.isDirectory(read.file) && holds(read.file, file, inner)) {
      throw wrong(w, problem);
    }
  }

  private static boolean isOfFolder(Path file) {
    Path name = file.getFileName();
    return name != null && (LABELS.matcher(name.toString()).matches() || FrameFiles.isVideo(file));
  }

  /** Whether a file is, or would be, one of the pictures of a video. */
  private static boolean isFrame(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return FrameFiles.pictures().contains(OutputFiles.ending(file))
        && folder != null
        && Files.isDirectory(folder)
        && !holdsVideos(folder)
        && FrameFiles.isVideo(folder);
  }

  /** Whether a folder holds videos itself, and not folders of them. */
  private static boolean holdsVideos(Path folder) {
    return entries(folder).stream().anyMatch(FrameFiles::isVideo);
  }

  /** Whether a file is one of a folder's; entries may be links to files elsewhere. */
  private static boolean holds(Path folder, Path file, boolean inner) {
    for (Path entry : entries(folder)) {
      if (isOfFolder(entry) && isSame(file, entry)) {
        return true;
      }
      if (inner && Files.isDirectory(entry) && holds(entry, file, false)) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> entries(Path folder) {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(all::add);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  /** Whether two names lead to one file, be it there or not. */
  static boolean isSame(Path a, Path b) {
    try {
      if (Files.exists(a) && Files.exists(b)) {
        return Files.isSameFile(a, b);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(a + ": cannot be compared: " + e.getMessage(), e);
    }
    Path first = target(a).file();
    Path second = target(b).file();
    return first.equals(second)
        || (isSameText(first, second) && ignoresCase(first.toAbsolutePath().getParent()));
  }

  private static boolean isSameText(Path a, Path b) {
    return a.toString().equalsIgnoreCase(b.toString());
  }

  /** Whether a folder is found under its name in the other case, as on macOS and Windows. */
  private static boolean ignoresCase(Path folder) {
    Path name = folder.getFileName();
    if (name == null) {
      return false;
    }
    String other = name.toString().toUpperCase(Locale.ROOT);
    other = other.equals(name.toString()) ? other.toLowerCase(Locale.ROOT) : other;
    Path path = folder.resolveSibling(other);
    return !other.equals(name.toString()) && Files.exists(path) && isSame(path, folder);
  }

  private static Target target(Path file) {
    try {
      return Target.of(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private void lock(Write w, PrintWriter err) {
    try {
      WriteLock lock = WriteLock.take(target(w.file));
      locks.add(lock);
      if (!lock.isHeld()) {
        err.println(
            "convlstm4j: "
                + w.file
                + ": its file system has no locks; see that nothing else writes it");
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          w.option + " " + w.file + ": " + Optional.ofNullable(e.getMessage()).orElse("" + e), e);
    }
  }

  private static IllegalArgumentException wrong(Write w, String problem) {
    return new IllegalArgumentException(
        w.option + " " + w.file + ": " + problem + "; name another file");
  }

  @Override
  public void close() {
    IOException failed = null;
    for (WriteLock lock : locks) {
      try {
        lock.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    locks.clear();
    if (failed != null) {
      throw new UncheckedIOException("a lock cannot be removed: " + failed.getMessage(), failed);
    }
  }
}
