package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;

/** ffmpeg's filters for a {@link FramePreparation}. */
final class Filters {
  /** The same pixels on every machine. */
  private static final String EXACT = ":flags=bicubic+accurate_rnd+bitexact+full_chroma_int";

  /**
   * Grey is brightness as the film has it. Version 8 would convert that of BT.709, which most films
   * in HD have, to that of BT.601; told that it is of BT.601, all versions take it as it is.
   */
  private static final String BRIGHTNESS = ":in_color_matrix=bt601";

  private Filters() {}

  /** What decides which frames there are. */
  static String rate(FramePreparation p) {
    return p.framesPerSecond() > 0 ? "fps=" + p.framesPerSecond() : "null";
  }

  /**
   * What makes the pixels asked for out of a frame.
   *
   * @param height of the video's own frames
   * @param width of them
   */
  static String pixels(FramePreparation p, int height, int width) {
    return p.scales()
        ? scaled(p)
        : "scale="
            + width
            + ":"
            + height
            + EXACT
            + brightness(p.colours())
            + ",format="
            + layout(p.colours());
  }

  /** The same for frames that are brought to a size. */
  static String scaled(FramePreparation p) {
    String size = p.width() + ":" + p.height();
    // Pixels that are not square are made so before things are to keep their shape.
    String square =
        "scale=trunc(iw*max(sar\\,1)+0.5):trunc(ih/min(sar\\,1)+0.5)" + EXACT + ",setsar=1,";
    String exact = EXACT + brightness(p.colours());
    String scaled =
        switch (p.fit()) {
          case STRETCH -> "scale=" + size + exact;
          case CROP ->
              square
                  + "scale="
                  + size
                  + ":force_original_aspect_ratio=increase"
                  + exact
                  + ",crop="
                  + size;
          case LETTERBOX ->
              square
                  + "scale="
                  + size
                  + ":force_original_aspect_ratio=decrease"
                  + exact
                  + padded(size, p.colours());
        };
    return scaled + ",format=" + layout(p.colours());
  }

  /** Black of grey frames is 16 where ffmpeg before 8 fills them; it is 0 in a plane of colour. */
  private static String padded(String size, Colours colours) {
    String pad = ",pad=" + size + ":(ow-iw)/2:(oh-ih)/2";
    return colours == Colours.GREY ? ",format=gray,format=gbrp" + pad + ",extractplanes=g" : pad;
  }

  private static String brightness(Colours colours) {
    return colours == Colours.GREY ? BRIGHTNESS : "";
  }

  /** ffmpeg's arguments for pixels as they are, frame after frame. */
  static String[] raw(FramePreparation p) {
    return new String[] {"-pix_fmt", layout(p.colours()), "-f", "rawvideo"};
  }

  /** How ffmpeg calls the bytes of a pixel. */
  private static String layout(Colours colours) {
    return switch (colours) {
      case RGB -> "rgb24";
      case BGR -> "bgr24";
      case GREY -> "gray";
    };
  }
}
