package convlstm4j.io.folder;

import java.nio.file.Path;

/**
 * One video.
 *
 * @param id number in the file's name
 * @param path the file, of an array {@code [T, C, H, W]}
 * @param frames T
 */
record Trailer(long id, Path path, long frames) {
  String fileName() {
    return path.getFileName().toString();
  }
}
