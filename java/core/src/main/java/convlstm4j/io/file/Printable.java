package convlstm4j.io.file;

/**
 * Text out of files, fit to be printed. A name in a file may hold what a terminal takes as commands
 * (escape sequences that set its title or colours, a carriage return that hides what was there), or
 * what turns the order of the letters around; each such character is shown as {@code U+001B} as a
 * backslash, u and 001b.
 */
public final class Printable {
  private Printable() {}

  /**
   * Text that may have several lines and tabs.
   *
   * @param text any
   * @return the text with control characters other than line breaks and tabs escaped; the same
   *     object if there are none
   */
  public static String text(String text) {
    return escaped(text, true);
  }

  /**
   * Text for one line or one cell of a table.
   *
   * @param text any
   * @return the text with all control characters escaped; the same object if there are none
   */
  public static String line(String text) {
    return escaped(text, false);
  }

  /**
   * Text as a cell of a CSV table, between quotes where it must be.
   *
   * @param text any
   * @return the cell, on one line
   */
  public static String csv(String text) {
    String cell = line(text);
    return cell.contains(",") || cell.contains("\"")
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }

  private static String escaped(String text, boolean lines) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean wrong = !(lines && isLayout(text, i)) && isCommand(c);
      if (wrong) {
        if (out == null) {
          out = new StringBuilder(text.length() + 16).append(text, 0, i);
        }
        out.append(String.format("\\u%04x", (int) c));
      } else if (out != null) {
        out.append(c);
      }
    }
    return out == null ? text : out.toString();
  }

  /** A line break, of Windows too, or a tab. */
  private static boolean isLayout(String text, int i) {
    char c = text.charAt(i);
    return c == '\n'
        || c == '\t'
        || (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
  }

  private static boolean isCommand(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.FORMAT -> isDirection(c); // others join letters and emoji
      default -> false;
    };
  }

  /** What Unicode calls bidirectional controls. */
  private static boolean isDirection(char c) {
    return c == '\u061c'
        || (c >= '\u200e' && c <= '\u200f')
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
