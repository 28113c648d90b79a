package convlstm4j.data;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

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

  private static final String HEIGHT = "height";
  private static final String WIDTH = "width";
  private static final String FIT = "fit";
  private static final String RATE = "frames_per_second";
  private static final String COLOURS = "colours";

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
   * The same with another size.
   *
   * @param newHeight in pixels
   * @param newWidth in pixels
   * @return a new value
   */
  public FramePreparation size(int newHeight, int newWidth) {
    return new FramePreparation(newHeight, newWidth, fit, framesPerSecond, colours);
  }

  /**
   * The same with other colours.
   *
   * @param channels what they are
   * @return a new value
   */
  public FramePreparation colours(Colours channels) {
    return new FramePreparation(height, width, fit, framesPerSecond, channels);
  }

  /**
   * Whether frames are scaled.
   *
   * @return false for the video's own size
   */
  public boolean scales() {
    return height > 0;
  }

  Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(HEIGHT, height);
    config.put(WIDTH, width);
    config.put(FIT, word(fit));
    config.put(RATE, framesPerSecond);
    config.put(COLOURS, word(colours));
    return config;
  }

  static FramePreparation fromConfig(Object config) {
    if (config instanceof Map<?, ?> c
        && c.get(HEIGHT) instanceof Integer height
        && c.get(WIDTH) instanceof Integer width
        && c.get(FIT) instanceof String fit
        && c.get(RATE) instanceof Number rate
        && c.get(COLOURS) instanceof String colours) {
      return new FramePreparation(
          height,
          width,
          Fit.valueOf(fit.toUpperCase(Locale.ROOT)),
          rate.doubleValue(),
          Colours.valueOf(colours.toUpperCase(Locale.ROOT)));
    }
    throw new IllegalArgumentException(
        "frames: expected {height, width, fit, frames_per_second, colours}, got " + config);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** In words: {@code 64x64 (crop), 8 a second, rgb}. */
  @Override
  public String toString() {
    return (scales() ? height + "x" + width + " (" + word(fit) + ")" : "their own size")
        + ", "
        + (framesPerSecond > 0
            ? Double.toString(framesPerSecond).replaceAll("\\.0$", "") + " a second"
            : "every frame")
        + ", "
        + word(colours);
  }
}
