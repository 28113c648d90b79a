package convlstm4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Folders for results, none of which is left behind if nothing came into it. */
final class MadeFolders implements AutoCloseable {
  private final Deque<MadeFolder> made = new ArrayDeque<>();

  /** Makes the folder that a file is to be in, and those around it, if they are not there. */
  void makeFor(Path file) {
    make(file.toAbsolutePath().getParent());
  }

  private void make(@Nullable Path folder) {
    if (folder != null && !Files.exists(folder)) {
      make(folder.getParent());
      made.push(MadeFolder.of(folder));
    }
  }

  /** The inner ones first. */
  @Override
  public void close() {
    while (!made.isEmpty()) {
      made.pop().close();
    }
  }
}
