package convlstm4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Checks where results are to go before the work starts: not after hours of it. */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * Checks that a file can be made or replaced.
   *
   * @param option what the user named it with
   * @throws IllegalArgumentException if it cannot
   */
  static void check(String option, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw wrong(option, file, "is a folder, expected a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw wrong(option, file, "is a device or a pipe, expected a file");
    }
    if (!Files.isDirectory(folder)) {
      throw wrong(option, file, "there is no folder " + folder + "; make it first");
    }
    if (!Files.isWritable(folder)) {
      throw wrong(option, file, "the folder " + folder + " may not be written to");
    }
  }

  /** Checks that a folder is there or can be made. */
  static void checkFolder(String option, Path folder) {
    for (Path p = folder.toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isDirectory(p)) {
        return;
      }
      if (Files.exists(p)) {
        throw wrong(option, folder, p + " is a file, expected a folder");
      }
    }
  }

  private static IllegalArgumentException wrong(String option, Path path, String problem) {
    return new IllegalArgumentException(option + " " + path + ": " + problem);
  }
}
