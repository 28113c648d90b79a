package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;

/** ffmpeg's filters for a {@link FramePreparation}. */
final class Filters {
  /** The same pixels on every machine. */
  private static final String EXACT = ":flags=bicubic+accurate_rnd+bitexact+full_chroma_int";

  private Filters() {}

  /** What decides which frames there are. */
  static String rate(FramePreparation p) {
    return p.framesPerSecond() > 0 ? "fps=" + p.framesPerSecond() : "null";
  }

  static String all(FramePreparation p, int height, int width) {
    String size = width + ":" + height;
    // Pixels that are not square are made so before things are to keep their shape.
    String square =
        "scale=trunc(iw*max(sar\\,1)+0.5):trunc(ih/min(sar\\,1)+0.5)" + EXACT + ",setsar=1,";
    String scaled =
        switch (p.fit()) {
          case STRETCH -> "scale=" + size + EXACT;
          case CROP ->
              square
                  + "scale="
                  + size
                  + ":force_original_aspect_ratio=increase"
                  + EXACT
                  + ",crop="
                  + size;
          case LETTERBOX ->
              square
                  + "scale="
                  + size
                  + ":force_original_aspect_ratio=decrease"
                  + EXACT
                  + ",pad="
                  + size
                  + ":(ow-iw)/2:(oh-ih)/2";
        };
    return rate(p)
        + ","
        + (p.scales() ? scaled : "scale=" + size + EXACT)
        + ",format="
        + pixels(p.colours());
  }

  /** How ffmpeg calls the bytes of a pixel. */
  static String pixels(Colours colours) {
    return switch (colours) {
      case RGB -> "rgb24";
      case BGR -> "bgr24";
      case GREY -> "gray";
    };
  }
}
