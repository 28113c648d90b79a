package convlstm4j.cli.picture;

import convlstm4j.io.file.Printable;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A page of its own: pictures are in it, nothing is loaded or run, and texts are texts, whatever is
 * in them.
 */
public final class Html {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1280px; margin: 2em auto; padding: 0 1em; }
      h1 { font-size: 1.6em; overflow-wrap: anywhere; } h2 { font-size: 1.25em; margin-top: 2em; overflow-wrap: anywhere; }
      h3 { font-size: 1.05em; margin-bottom: .3em; overflow-wrap: anywhere; } p { overflow-wrap: anywhere; }
      img { max-width: 100%; height: auto; }
      .wide { overflow-x: auto; max-width: 100%; }
      .wide img { min-width: 44em; }
      .side { display: flex; flex-wrap: wrap; gap: 1em 2em; align-items: flex-start; }
      table { border-collapse: collapse; margin: .6em 0; }
      th, td { padding: .25em .8em; border-bottom: 1px solid #8885; text-align: right; font-variant-numeric: tabular-nums; }
      th { border-bottom: 2px solid #888; } th:first-child, td:first-child { text-align: left; min-width: 7em; max-width: 32em; overflow-wrap: anywhere; }
      footer { margin-top: 3em; opacity: .7; font-size: .85em; }
      @media (prefers-color-scheme: dark) { body { color: #ddd; background: #1c1c1c; } }
      """;

  /**
   * What is wider, in pixels, is moved sideways on a narrow screen rather than made too small to
   * read.
   */
  private static final int WIDE = 700;

  private final String title;
  private final StringBuilder body = new StringBuilder();

  /** Begins with a heading. */
  public Html(String title) {
    this.title = title;
    body.append("<h1>").append(escaped(title)).append("</h1>\n");
  }

  /** Text as it is to be read, in an element or between the quotes of an attribute. */
  static String escaped(String text) {
    return Printable.line(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A heading, level 2 or 3. */
  public Html heading(int level, String text) {
    body.append("<h%d>".formatted(level)).append(escaped(text));
    body.append("</h%d>\n".formatted(level));
    return this;
  }

  /** A paragraph. */
  public Html text(String text) {
    body.append("<p>").append(escaped(text)).append("</p>\n");
    return this;
  }

  /**
   * A picture.
   *
   * @param shows what it shows, for those who cannot see it
   */
  public Html picture(BufferedImage image, String shows) {
    boolean isWide = image.getWidth() > WIDE;
    body.append(isWide ? "<div class=\"wide\">" : "")
        .append("<img width=\"")
        .append(image.getWidth());
    body.append("\" height=\"").append(image.getHeight());
    body.append("\" alt=\"").append(escaped(shows)).append("\" src=\"data:image/png;base64,");
    body.append(Base64.getEncoder().encodeToString(PictureFile.png(image))).append("\">");
    body.append(isWide ? "</div>\n" : "\n");
    return this;
  }

  /** Puts what comes until {@link #endSide} beside each other, where there is room. */
  public Html side() {
    body.append("<div class=\"side\">\n");
    return this;
  }

  /** Ends {@link #side}. */
  public Html endSide() {
    body.append("</div>\n");
    return this;
  }

  /**
   * A table.
   *
   * @param header names of the columns
   * @param rows a cell for each column
   */
  public Html table(List<String> header, List<List<String>> rows) {
    body.append("<div class=\"wide\"><table>\n<tr>");
    header.forEach(h -> body.append("<th>").append(escaped(h)).append("</th>"));
    body.append("</tr>\n");
    for (List<String> row : rows) {
      body.append("<tr>");
      row.forEach(c -> body.append("<td>").append(escaped(c)).append("</td>"));
      body.append("</tr>\n");
    }
    body.append("</table></div>\n");
    return this;
  }

  /** The file. */
  public byte[] page() {
    return ("""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="generator" content="%s">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        %s<footer>Made by %s.</footer>
        </body>
        </html>
        """
            .formatted(ScoresJson.GENERATOR, escaped(title), STYLE, body, ScoresJson.GENERATOR))
        .getBytes(StandardCharsets.UTF_8);
  }
}
