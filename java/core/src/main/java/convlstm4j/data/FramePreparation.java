package convlstm4j.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the frames of a video file are prepared for a model. It belongs to the model: one that was
 * trained on grey frames of 64x64, 8 a second, takes others for something else. Pixels are uint8;
 * what they stand for is a {@link ByteScale}.
 *
 * @param height of the frames given, in pixels; 0 for the video's own
 * @param width of the frames given, in pixels; 0 for the video's own
 * @param fit how frames of another shape are brought to that size
 * @param framesPerSecond frames given for a second of the video; 0 for all frames it has
 * @param colours what the channels are
 */
public record FramePreparation(
    int height, int width, Fit fit, double framesPerSecond, Colours colours) {
  /** Frames as they are, in red, green and blue. */
  public static final FramePreparation NONE =
      new FramePreparation(0, 0, Fit.STRETCH, 0, Colours.RGB);

  private static final int MOST = 1 << 15;
  private static final double FASTEST = 1000;

  /** How frames of another shape are brought to a size. */
  public enum Fit {
    /** Height and width are scaled apart: things change their shape. */
    STRETCH,
    /** Things keep their shape; what sticks out on two sides is cut off. */
    CROP,
    /** Things keep their shape; two sides are filled with black. */
    LETTERBOX
  }

  /** What channels are. */
  public enum Colours {
    /** Red, green, blue. */
    RGB(3),
    /** Blue, green, red, as in OpenCV. */
    BGR(3),
    /** One channel of brightness. */
    GREY(1);

    private final int channels;

    Colours(int channels) {
      this.channels = channels;
    }

    /**
     * Number of channels.
     *
     * @return C
     */
    public int channels() {
      return channels;
    }
  }

  public FramePreparation {
    if ((height == 0) != (width == 0) || height < 0 || width < 0 || height > MOST || width > MOST) {
      throw new IllegalArgumentException(
          "frames of %dx%d (height x width), expected two numbers from 1 to %d, or 0x0 for the video's own"
              .formatted(height, width, MOST));
    }
    if (!(framesPerSecond >= 0 && framesPerSecond <= FASTEST)) {
      throw new IllegalArgumentException(
          "frames per second = "
              + framesPerSecond
              + ", expected more than 0 and at most 1000, or 0 for all frames");
    }
    if (fit == null || colours == null) {
      throw new IllegalArgumentException("fit=" + fit + ", colours=" + colours + ", expected both");
    }
  }

  /**
   * Whether frames are scaled.
   *
   * @return false for the video's own size
   */
  public boolean scales() {
    return height > 0;
  }

  /**
   * The preparations of several inputs, for a file.
   *
   * @param all one per input, empty where it is not known
   * @return what JSON can be made of
   */
  public static List<Object> configs(List<Optional<FramePreparation>> all) {
    List<Object> configs = new ArrayList<>();
    for (Optional<FramePreparation> some : all) {
      Map<String, Object> config = new LinkedHashMap<>();
      some.ifPresent(
          p -> {
            config.put("height", p.height);
            config.put("width", p.width);
            config.put("fit", p.fit.name().toLowerCase(Locale.ROOT));
            config.put("frames_per_second", p.framesPerSecond);
            config.put("colours", p.colours.name().toLowerCase(Locale.ROOT));
          });
      configs.add(config);
    }
    return configs;
  }
}
