package convlstm4j.data.folder;

import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.spi.Providers;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens videos: files by their endings, {@code .npy} and the kinds that modules bring, and folders
 * of pictures, each of which is one video.
 */
public final class FrameFiles {
  /** Pictures of a folder in a second, if nobody says otherwise. */
  public static final double PICTURES_PER_SECOND = 25;

  private static final String NPY = "npy";

  /** Of module convlstm4j-video. */
  private static final List<String> KNOWN = List.of("convlstm4j.video.FilmFormat");

  private static final class Formats {
    private static final List<FrameFormat> ALL = Providers.of(FrameFormat.class, KNOWN);
  }

  private FrameFiles() {}

  /**
   * Which files can be opened.
   *
   * @return endings of names in lower case, without the dot
   */
  public static Set<String> endings() {
    Set<String> all = new TreeSet<>(Set.of(NPY));
    Formats.ALL.forEach(f -> all.addAll(f.endings()));
    return all;
  }

  /**
   * Which files are pictures, that a folder of is one video.
   *
   * @return endings of names in lower case, without the dot; empty if none are
   */
  public static Set<String> pictures() {
    Set<String> all = new TreeSet<>();
    Formats.ALL.forEach(f -> all.addAll(f.pictures()));
    return all;
  }

  /**
   * Whether a file is a video by its name, or an array that may be one, or a folder holds pictures
   * that are one.
   *
   * @param path the file or folder
   * @return whether its ending is one of {@link #endings}, or it is a folder of pictures, none of
   *     whose files is a video
   * @throws FolderException if a folder holds both pictures and folders of pictures
   */
  public static boolean isVideo(Path path) {
    return Files.isDirectory(path) ? ofFolder(path).isPresent() : endings().contains(ending(path));
  }

  /**
   * Whether frames are decoded: a film or pictures, not {@code .npy}, and not unknown.
   *
   * @param path the file or folder
   * @return whether {@link FramePreparation} can prepare its frames
   */
  public static boolean isDecoded(Path path) {
    return isVideo(path) && (Files.isDirectory(path) || !ending(path).equals(NPY));
  }

  /**
   * Opens a video.
   *
   * @param path the file, or a folder of pictures
   * @param preparation how the frames of a video that is decoded are prepared; those of an array
   *     are taken as they are
   * @param picturesPerSecond when pictures of a folder are shown, above 0
   * @return its frames, to be closed
   * @throws FolderException if files of this ending are no videos, or a folder is none
   * @throws convlstm4j.io.file.FileException if it cannot be read
   */
  public static FrameSource open(
      Path path, FramePreparation preparation, double picturesPerSecond) {
    if (!(picturesPerSecond > 0 && Double.isFinite(picturesPerSecond))) {
      throw new IllegalArgumentException(
          "pictures per second = " + picturesPerSecond + ", expected more than 0");
    }
    if (Files.isDirectory(path)) {
      return ofFolder(path)
          .orElseThrow(() -> new FolderException(path, noVideo()))
          .open(path, preparation, picturesPerSecond);
    }
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
        .open(path, preparation, picturesPerSecond);
  }

  /**
   * Opens the features of a video's frames. They are computed when a frame is first asked for, all
   * of the video's, and kept in a file that is named by the video's content, its preparation and
   * what computes them; where that file is, nothing is decoded.
   *
   * @param path the file, or a folder of pictures
   * @param preparation how the frames of a video that is decoded are prepared
   * @param picturesPerSecond when pictures of a folder are shown, above 0
   * @param features what computes them
   * @param kept the folder where they are kept, made if it is not there
   * @return features {@code [T, ..]}, to be closed
   * @throws FolderException if files of this ending are no videos, or a folder is none
   * @throws convlstm4j.io.file.FileException if it cannot be read
   * @throws java.io.UncheckedIOException if features cannot be kept; of a video, all or none are
   */
  public static FrameSource openFeatures(
      Path path,
      FramePreparation preparation,
      double picturesPerSecond,
      FrameFeatures features,
      Path kept) {
    return FeatureSource.of(
        path,
        FeatureSource.what(path, isDecoded(path), preparation, picturesPerSecond),
        () -> open(path, preparation, picturesPerSecond),
        features,
        kept);
  }

  /**
   * What is wrong with a folder that is no video.
   *
   * @return in words, after the folder's name
   */
  static String noVideo() {
    return pictures().isEmpty()
        ? "is a folder, expected a file"
        : "is a folder that holds no pictures, or videos beside them; as one video expected a file,"
            + " or a folder of pictures "
            + pictures();
  }

  /** The kind of video that a folder of pictures is; empty if it holds none, or videos, too. */
  private static Optional<FrameFormat> ofFolder(Path folder) {
    Set<String> pictures = pictures();
    if (pictures.isEmpty()) {
      return Optional.empty();
    }
    String found = null;
    List<Path> inner = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String ending = ending(file);
        if (isHidden(file)) {
          continue;
        }
        if (Files.isDirectory(file)) {
          inner.add(file);
        } else if (endings().contains(ending)) {
          return Optional.empty();
        } else if (pictures.contains(ending)) {
          found = ending;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new FolderException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (found == null) {
      return Optional.empty();
    }
    for (Path f : inner) {
      if (ofFolder(f).isPresent()) {
        throw new FolderException(
            folder,
            "holds pictures and folders of pictures such as "
                + f.getFileName()
                + ", expected either: the frames of one video, or videos");
      }
    }
    String picture = found;
    return Formats.ALL.stream().filter(f -> f.pictures().contains(picture)).findFirst();
  }

  static boolean isHidden(Path path) {
    Path last = path.getFileName();
    return last != null && last.toString().startsWith(".");
  }

  static String ending(Path path) {
    Path last = path.getFileName(); // null of "/"
    String name = last == null ? "" : last.toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
