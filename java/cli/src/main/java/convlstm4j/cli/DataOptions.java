package convlstm4j.cli;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.VideoFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which videos, and how much of them at a time. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = {
        "Folder of videos, films (mp4, mkv, avi ..), folders of pictures (PNG, JPEG) or arrays NAME.npy"
            + " [T, C, H, W], with labels:"
            + " labels.csv with the columns id,<label>.. or id,frame,<label>.., where id is a video's"
            + " name; or labels_{id}.npy [T, labels] (names in genres.txt)."
      })
  @Nullable Path folder;

  @Option(
      names = "--ids",
      paramLabel = "IDS",
      description = "Only these videos, such as 0-9,12 or goal,corner. Default: all in the folder.")
  @Nullable String ids;

  @Option(
      names = "--window",
      paramLabel = "FRAMES",
      description = {
        "Cut videos into windows of so many frames; memory starts anew with each. Needs less"
            + " memory. Default: whole videos."
      })
  @Nullable Integer window;

  @Mixin FilmOptions films;
  @Mixin BackboneOption backbone;

  /** Of all that a command makes of the folder: it knows the films whose frames it has counted. */
  private @Nullable VideoFolder listed;

  /** Names of options that were given beside the folder. */
  List<String> given() {
    return Stream.concat(
            Stream.of(ids == null ? "" : "--ids", window == null ? "" : "--window"),
            Stream.concat(films.given().stream(), backbone.given().stream()))
        .filter(o -> !o.isEmpty())
        .toList();
  }

  /**
   * The videos.
   *
   * @param weights what {@code --sample-weight} was given
   */
  VideoFolder folder(List<String> weights) {
    VideoFolder all = whole(weights);
    return ids == null ? all : all.ids(ids);
  }

  /** The same, whatever {@code --ids} says. */
  VideoFolder whole(List<String> weights) {
    Path folder = path();
    films.preparation(FramePreparation.NONE.size(1, 1)); // a wrong one is said before all else
    if (listed == null) {
      listed = VideoFolder.open(folder);
    }
    VideoFolder all = listed.frames(films::preparation);
    boolean pictures = all.ids().stream().anyMatch(id -> Files.isDirectory(all.path(id)));
    films.checkPictureRate(pictures, folder);
    return weighted(backbone.of(all.pictureRate(films.picturesPerSecond())), weights);
  }

  /** The folder, where the command has seen to it that there is one. */
  Path path() {
    return Objects.requireNonNull(folder, "--data");
  }

  private static VideoFolder weighted(VideoFolder all, List<String> weights) {
    if (weights.isEmpty()) {
      return all;
    }
    Path path = Path.of(weights.get(0));
    if (weights.size() > 1 || !Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          "--sample-weight "
              + String.join(" ", weights)
              + ": with --data expected one folder with weights_{id}.npy [T] for each video");
    }
    return all.weights(path);
  }

  /** For evaluation: no frame is left out. */
  VideoFolder everyFrame(VideoFolder trailers) {
    return window == null ? trailers : trailers.windowsAndRest(window);
  }

  /** For training: windows of one size. */
  VideoFolder fullWindows(VideoFolder trailers) {
    return window == null ? trailers : trailers.windows(window);
  }
}
