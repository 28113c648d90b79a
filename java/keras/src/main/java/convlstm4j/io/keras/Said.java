package convlstm4j.io.keras;

import convlstm4j.io.file.Printable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said of a file to people: one line, and short whatever the file holds. */
final class Said {
  /** Characters of a note, the file's name included. */
  static final int LINE = 200;

  /** Characters that are left for what there is to say of a file with a long name. */
  private static final int LEAST = 100;

  /** Characters that the command line puts before a note. */
  private static final int PREFIX = "convlstm4j: ".length();

  /** Characters of a value out of a file. */
  private static final int VALUE = 60;

  private static final String CUT = " ..";

  private Said() {}

  /** A note about a file. */
  static String note(String file, String text) {
    return file + ": " + cut(text, Math.max(LEAST, LINE - PREFIX - file.length() - 2));
  }

  /** A sentence as one line. */
  static String line(String text) {
    return cut(text, LINE);
  }

  /** A value out of a file, shortened. */
  static String value(@Nullable Object value) {
    StringBuilder b = new StringBuilder();
    append(value, b);
    return cut(b.toString(), VALUE);
  }

  /** Stops early, for a value may be as large as the file. */
  private static void append(@Nullable Object value, StringBuilder b) {
    if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> e : map.entrySet()) {
        if (b.length() > VALUE) {
          return;
        }
        b.append(before).append(e.getKey()).append('=');
        append(e.getValue(), b);
        before = ", ";
      }
      b.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Iterable<?> list) {
      String before = "[";
      for (Object o : list) {
        if (b.length() > VALUE) {
          return;
        }
        b.append(before);
        append(o, b);
        before = ", ";
      }
      b.append(before.equals("[") ? "[]" : "]");
    } else {
      b.append(value);
    }
  }

  /** Without line breaks and other control characters, and cut where it is too long. */
  static String cut(String text, int most) {
    String start = text.length() > most ? text.substring(0, most) : text;
    String plain = Printable.line(start.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "));
    if (text.length() <= most) {
      return plain;
    }
    int end = Math.min(plain.length(), most - CUT.length());
    return plain.substring(0, Character.isHighSurrogate(plain.charAt(end - 1)) ? end - 1 : end)
        + CUT;
  }
}
