package convlstm4j.data.folder;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import java.nio.file.Path;
import java.util.Set;

/**
 * A kind of video file. Others than {@code .npy} come from modules, as a service of {@link
 * java.util.ServiceLoader}.
 */
public interface FrameFormat {
  /**
   * Which files are of this kind.
   *
   * @return endings of their names in lower case, without the dot
   */
  Set<String> endings();

  /**
   * Which pictures it takes: a folder of them is one video.
   *
   * @return endings of their names in lower case, without the dot; empty if it takes none
   */
  default Set<String> pictures() {
    return Set.of();
  }

  /**
   * Opens a video.
   *
   * @param path the file, or a folder of pictures
   * @param preparation how its frames are prepared
   * @param picturesPerSecond when pictures of a folder are shown, above 0; a file says it itself
   * @return its frames {@code [T, C, H, W]}, to be closed
   * @throws convlstm4j.io.file.FileException if it cannot be read
   */
  FrameSource open(Path path, FramePreparation preparation, double picturesPerSecond);
}
