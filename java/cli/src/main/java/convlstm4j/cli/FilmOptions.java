package convlstm4j.cli;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.data.folder.FrameFiles;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the frames of films are prepared. */
final class FilmOptions {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,6})x([0-9]{1,6})");

  @Option(
      names = "--frame-size",
      paramLabel = "HxW",
      description = {
        "Height and width that the frames of films are brought to. Default: those of the model's"
            + " input, else their own. Like all of --frame-*, the model remembers it from training."
      })
  @Nullable String size;

  @Option(
      names = "--frame-fit",
      paramLabel = "FIT",
      description = {
        "How films of another shape are brought to that size: stretch, crop (what sticks out is cut"
            + " off) or letterbox (black bars). Default: stretch."
      })
  @Nullable Fit fit;

  @Option(
      names = "--frame-rate",
      paramLabel = "FPS",
      description = "Frames taken of a second of a film. Default: all.")
  @Nullable Double rate;

  @Option(
      names = "--frame-colours",
      paramLabel = "COLOURS",
      description =
          "The channels of films: rgb, bgr or grey. Default: rgb, or what fits the model.")
  @Nullable Colours colours;

  @Option(
      names = "--picture-rate",
      paramLabel = "FPS",
      description = {
        "Pictures in a second, of a folder of pictures (PNG, JPEG) that is one video. Default: 25."
      })
  @Nullable Double pictureRate;

  /** Names of options that were given. */
  List<String> given() {
    return Stream.concat(ofFrames().stream(), Stream.of("--picture-rate"))
        .filter(o -> pictureRate != null || !o.equals("--picture-rate"))
        .toList();
  }

  private List<String> ofFrames() {
    return Stream.of(
            size == null ? "" : "--frame-size",
            fit == null ? "" : "--frame-fit",
            rate == null ? "" : "--frame-rate",
            colours == null ? "" : "--frame-colours")
        .filter(o -> !o.isEmpty())
        .toList();
  }

  /** Fails if one was given and there is no film. */
  void refuseWithout(String film) {
    if (!given().isEmpty()) {
      throw new IllegalArgumentException(given().get(0) + " goes with " + film);
    }
  }

  /** Pictures in a second. */
  double picturesPerSecond() {
    return pictureRate == null ? FrameFiles.PICTURES_PER_SECOND : pictureRate;
  }

  /**
   * Fails if that was asked for and makes no sense.
   *
   * @param pictures whether a video is a folder of pictures
   * @param videos what messages call the videos
   */
  void checkPictureRate(boolean pictures, Object videos) {
    if (pictureRate == null) {
      return;
    }
    if (!(pictureRate > 0 && Double.isFinite(pictureRate))) {
      throw new IllegalArgumentException(
          "--picture-rate " + pictureRate + ", expected more than 0 pictures a second");
    }
    if (!pictures) {
      throw new IllegalArgumentException(
          "--picture-rate goes with a folder of pictures, " + videos + " is none and has none");
    }
  }

  /**
   * What was asked for.
   *
   * @param otherwise what holds for options that were not given
   */
  FramePreparation preparation(FramePreparation otherwise) {
    if (ofFrames().isEmpty()) {
      return otherwise;
    }
    try {
      int[] hw = size == null ? new int[] {otherwise.height(), otherwise.width()} : size(size);
      if (fit != null && hw[0] == 0) {
        throw new IllegalArgumentException(
            "the model says no size, expected --frame-size to fit films to");
      }
      return new FramePreparation(
          hw[0],
          hw[1],
          fit == null ? otherwise.fit() : fit,
          rate == null ? otherwise.framesPerSecond() : positive(rate),
          colours == null ? otherwise.colours() : colours);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(String.join(", ", ofFrames()) + ": " + e.getMessage(), e);
    }
  }

  private static int[] size(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches() || text.startsWith("0x") || text.endsWith("x0")) {
      throw new IllegalArgumentException(
          "size \"" + text + "\", expected height and width in pixels such as 64x64");
    }
    return new int[] {Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))};
  }

  private static double positive(double rate) {
    if (rate == 0) {
      throw new IllegalArgumentException("0 frames per second, expected more");
    }
    return rate;
  }
}
