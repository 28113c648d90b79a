package convlstm4j.data.folder;

import convlstm4j.data.FrameSource;
import java.nio.file.Path;

/**
 * One video.
 *
 * @param id what tells it from others
 * @param path the file
 * @param header its file, of which no frames are to be read
 */
record Video(String id, Path path, FrameSource header) {
  String fileName() {
    return path.getFileName().toString();
  }

  /** T. */
  long frames() {
    return header.shape().dim(0);
  }

  /** Whether the pixels are uint8. */
  boolean bytes() {
    return header.byteScale().isPresent();
  }
}
