package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.data.folder.FrameFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Films and folders of pictures that {@code ffmpeg} decodes, for {@link
 * convlstm4j.data.folder.VideoFolder}.
 */
public final class FilmFormat implements FrameFormat {
  private static final Set<String> ENDINGS =
      Set.of(
          "mp4", "m4v", "mov", "mkv", "webm", "avi", "gif", "mpg", "mpeg", "ts", "m2ts", "ogv",
          "flv", "wmv", "3gp", "mxf");

  /** For {@link java.util.ServiceLoader}. */
  public FilmFormat() {}

  @Override
  public Set<String> endings() {
    return ENDINGS;
  }

  @Override
  public Set<String> pictures() {
    return PictureFolder.ENDINGS;
  }

  @Override
  public FrameSource open(Path path, FramePreparation preparation, double picturesPerSecond) {
    return Files.isDirectory(path)
        ? VideoFile.ofPictures(path, preparation, picturesPerSecond)
        : VideoFile.open(path, preparation);
  }
}
