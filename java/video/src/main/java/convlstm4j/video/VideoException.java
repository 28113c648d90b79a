package convlstm4j.video;

import convlstm4j.io.file.FileException;
import org.jspecify.annotations.Nullable;

/**
 * A video file cannot be used: it is absent, damaged, has no pictures, or there is no {@code
 * ffmpeg} to decode it. The message says the file, what came and what was expected.
 */
public final class VideoException extends FileException {
  VideoException(Object file, String problem) {
    super(file.toString(), problem, null);
  }

  VideoException(Object file, String problem, @Nullable Throwable cause) {
    super(file.toString(), problem, cause);
  }
}
