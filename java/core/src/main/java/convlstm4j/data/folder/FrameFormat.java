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
   * Opens a video.
   *
   * @param path the file
   * @param preparation how its frames are prepared
   * @return its frames {@code [T, C, H, W]}, to be closed
   * @throws convlstm4j.io.file.FileException if it cannot be read
   */
  FrameSource open(Path path, FramePreparation preparation);
}
