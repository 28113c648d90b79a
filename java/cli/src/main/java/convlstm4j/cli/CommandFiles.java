package convlstm4j.cli;

import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.file.WriteLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
  private final SameFiles<Read> sameReads = new SameFiles<>(Read::file);
  private final SameFiles<Write> sameWrites = new SameFiles<>(Write::file);

  private final SameFiles<Read> sameFolders = new SameFiles<>(Read::file);

  /** A video of a folder, or labels. */
  private record Entry(Read folder, Path file) {}

  /** All of the folders; null until it is needed. */
  private @Nullable SameFiles<Entry> entries;

  private final Map<Path, Boolean> holdingVideos = new HashMap<>();

  /** A file that is read, or a folder of pictures; null for none. */
  CommandFiles reads(String option, @Nullable Path file) {
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
  CommandFiles reads(String option, @Nullable Path file, String replacedBy) {
    if (file != null) {
      reads.add(new Read(option, file, replacedBy));
    }
    return this;
  }

  /** A folder of videos that is read; null for none. */
  CommandFiles readsFolder(String option, @Nullable Path folder) {
    if (folder != null) {
      folders.add(new Read(option, folder, ""));
    }
    return this;
  }

  /** A file that is written; null for none. */
  CommandFiles writes(String option, @Nullable Path file) {
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
      reads.forEach(sameReads::add);
      folders.forEach(sameFolders::add);
      for (Write w : writes) {
        check(w);
        sameWrites.add(w);
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

  private void check(Write w) {
    OutputFiles.check(w.option, w.file);
    for (Write other : sameWrites.of(w.file)) {
      throw wrong(w, "is the same file as " + other.option + " " + other.file);
    }
    for (Read read : sameReads.of(w.file)) {
      if (!w.option.equals(read.replacedBy)) {
        throw wrong(
            w, "is the same file as " + read.option + " " + read.file + ", would replace it");
      }
    }
    checkFolders(w);
  }

  /** A file cannot be where a folder is to be, or one that the folder is in. */
  private static void checkOutside(Write folder, Write file) {
    for (Path p = folder.file; p != null; p = p.getParent()) {
      if (SameFiles.isSame(p, file.file)) {
        throw wrong(folder, "is where " + file.option + " writes the file " + file.file);
      }
    }
  }

  private void checkFolders(Write w) {
    Path file = SameFiles.target(w.file).file();
    Path parent = file.toAbsolutePath().getParent();
    if (folders.isEmpty() || parent == null) {
      return;
    }
    if (isFrame(file)) {
      // Of the folder itself, of a video in it, or in a folder for a label.
      Path of = parent;
      for (int i = 0; i < 3 && of != null; i++, of = of.getParent()) {
        sameFolders.of(of).forEach(read -> refuse(w, read));
      }
    }
    if (isOfFolder(file)) {
      sameFolders.of(parent).forEach(read -> refuse(w, read));
      if (parent.getParent() != null) {
        sameFolders.of(parent.getParent()).stream()
            .filter(this::holdsFolders)
            .forEach(read -> refuse(w, read));
      }
    }
    if (Files.exists(file)) {
      entries().of(file).forEach(entry -> refuse(w, entry.folder));
    }
  }

  private static void refuse(Write w, Read read) {
    throw wrong(w, "is part of " + read.option + " " + read.file + ", would replace it");
  }

  private static boolean isOfFolder(Path file) {
    Path name = file.getFileName();
    return name != null && (LABELS.matcher(name.toString()).matches() || FrameFiles.isVideo(file));
  }

  /** Whether a file is, or would be, one of the pictures of a video. */
  private boolean isFrame(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return FrameFiles.pictures().contains(OutputFiles.ending(file))
        && folder != null
        && Files.isDirectory(folder)
        && !holdsVideos(folder)
        && FrameFiles.isVideo(folder);
  }

  /** Whether a folder holds videos itself, and not folders of them. */
  private boolean holdsVideos(Path folder) {
    return holdingVideos.computeIfAbsent(
        folder, f -> entries(f).stream().anyMatch(FrameFiles::isVideo));
  }

  /** Whether it holds videos by folders. */
  private boolean holdsFolders(Read read) {
    return Files.isDirectory(read.file) && !holdsVideos(read.file);
  }

  /** Videos and labels of all folders; they may be links to files elsewhere. */
  private SameFiles<Entry> entries() {
    if (entries == null) {
      SameFiles<Entry> all = new SameFiles<>(Entry::file);
      entries = all;
      for (Read read : folders) {
        if (!Files.isDirectory(read.file)) {
          continue;
        }
        boolean inner = holdsFolders(read);
        for (Path entry : entries(read.file)) {
          if (inner && Files.isDirectory(entry)) {
            addVideos(all, read, entries(entry));
          }
        }
        addVideos(all, read, entries(read.file));
      }
    }
    return entries;
  }

  private static void addVideos(SameFiles<Entry> all, Read read, List<Path> files) {
    files.stream().filter(CommandFiles::isOfFolder).forEach(f -> all.add(new Entry(read, f)));
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

  private void lock(Write w, PrintWriter err) {
    try {
      WriteLock lock = WriteLock.take(SameFiles.target(w.file));
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
