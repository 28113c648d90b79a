package convlstm4j.data.folder;

import java.nio.file.Path;

/**
 * One video.
 *
 * @param id number in the file's name
 * @param path the file, of an array {@code [T, C, H, W]}
 * @param frames T
 * @param bytes whether the pixels are uint8
 */
record Video(long id, Path path, long frames, boolean bytes) {
  String fileName() {
    return path.getFileName().toString();
  }
}
