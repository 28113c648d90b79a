package convlstm4j.data.folder;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.spi.Providers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Opens video files by their endings: {@code .npy}, and the kinds that modules bring. */
public final class FrameFiles {
  private static final String NPY = "npy";

  /** Of module convlstm4j-video. */
  private static final List<String> KNOWN = List.of("convlstm4j.video.FilmFormat");

  private static final class Formats {
    private static final List<FrameFormat> ALL = Providers.of(FrameFormat.class, KNOWN);
  }

  private FrameFiles() {}

  /**
   * What can be opened.
   *
   * @return endings of names in lower case, without the dot
   */
  public static Set<String> endings() {
    Set<String> all = new TreeSet<>(Set.of(NPY));
    Formats.ALL.forEach(f -> all.addAll(f.endings()));
    return all;
  }

  /**
   * Whether a file is a video by its name, or an array that may be one.
   *
   * @param path the file
   * @return whether its ending is one of {@link #endings}
   */
  public static boolean isVideo(Path path) {
    return endings().contains(ending(path));
  }

  /**
   * Whether a file is a video that is decoded, by its name: not {@code .npy}, and not unknown.
   *
   * @param path the file
   * @return whether {@link FramePreparation} can prepare its frames
   */
  public static boolean isDecoded(Path path) {
    return isVideo(path) && !ending(path).equals(NPY);
  }

  /**
   * Opens a video.
   *
   * @param path the file
   * @param preparation how the frames of a file that is decoded are prepared; those of an array are
   *     taken as they are
   * @return its frames, to be closed
   * @throws FolderException if files of this ending are no videos
   * @throws convlstm4j.io.file.FileException if it cannot be read
   */
  public static FrameSource open(Path path, FramePreparation preparation) {
    String ending = ending(path);
    if (ending.equals(NPY)) {
      return NpyFile.open(path);
    }
    return Formats.ALL.stream()
        .filter(f -> f.endings().contains(ending))
        .findFirst()
        .orElseThrow(
            () ->
                new FolderException(
                    path, "is no video by its name, expected one that ends in one of " + endings()))
        .open(path, preparation);
  }

  static String ending(Path path) {
    Path last = path.getFileName(); // null of "/"
    String name = last == null ? "" : last.toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
