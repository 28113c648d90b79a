package convlstm4j.cli.picture;

import convlstm4j.io.file.Printable;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** What all pictures have in common. Works without a screen. */
public final class Drawing {
  /** Told apart in all common forms of colour blindness: Okabe and Ito. */
  static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xE69F00),
          new Color(0x009E73),
          new Color(0xD55E00),
          new Color(0xCC79A7),
          new Color(0x56B4E9));

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private Drawing() {}

  /**
   * Checks that text can be drawn here: not after hours of work.
   *
   * @throws IllegalStateException if there are no fonts, or a Java without pictures
   */
  public static void check() {
    try {
      BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      g.setFont(font(Font.PLAIN, 12));
      g.getFontMetrics().stringWidth("1");
      g.dispose();
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new IllegalStateException(
          "pictures cannot be drawn here: "
              + e
              + "; install fonts and their library (apt install fontconfig fonts-dejavu-core), or"
              + " leave the picture out",
          e);
    }
  }

  /** The font of all texts. */
  public static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  static Color colour(int index) {
    return COLOURS.get(index % COLOURS.size());
  }

  static Color pale(Color c) {
    return new Color(c.getRed(), c.getGreen(), c.getBlue(), 60);
  }

  /** A white picture. */
  public static BufferedImage blank(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, width, height);
    g.dispose();
    return image;
  }

  /** Draws on a picture, smoothly; to be disposed of. */
  public static Graphics2D on(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return g;
  }

  /** One line of text, cut where there is no more room for it. */
  static String fitting(Graphics2D g, String text, int width) {
    String line = Printable.line(text);
    if (g.getFontMetrics().stringWidth(line) <= width) {
      return line;
    }
    int end = line.length();
    while (end > 0 && g.getFontMetrics().stringWidth(line.substring(0, end) + "…") > width) {
      end = line.offsetByCodePoints(end, -1);
    }
    return line.substring(0, end) + "…";
  }

  static void centred(Graphics2D g, String text, int x, int y) {
    g.drawString(text, x - g.getFontMetrics().stringWidth(text) / 2, y);
  }

  /** A picture that is not larger than so much, its shape kept. */
  static BufferedImage reduced(BufferedImage image, int mostWidth, int mostHeight) {
    BufferedImage now = image;
    double factor =
        Math.min(
            1,
            Math.min((double) mostWidth / now.getWidth(), (double) mostHeight / now.getHeight()));
    int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
    int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
    // By at most a half at a time, so that every pixel counts.
    while (now.getWidth() > width || now.getHeight() > height) {
      now =
          scaled(
              now,
              Math.max(width, (now.getWidth() + 1) / 2),
              Math.max(height, (now.getHeight() + 1) / 2));
    }
    return now;
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = on(to);
    g.drawImage(image, 0, 0, width, height, null);
    g.dispose();
    return to;
  }
}
