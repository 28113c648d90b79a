package convlstm4j.io.npy;

import convlstm4j.tensor.Shape;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the text of a header, a Python dictionary such as {@code {'descr': '<f4', 'fortran_order':
 * False, 'shape': (10, 3), }}. As strict as Python, but for what NumPy never writes (escapes, signs
 * and underscores of numbers, comments), which is refused too.
 */
final class NpyHeaderParser {
  /** NumPy 2's limit. */
  private static final int MAX_RANK = 64;

  private final String file;
  private final String text;
  private final boolean longSuffix;
  private int at;

  /**
   * Makes a parser.
   *
   * @param longSuffix whether a number may end in L, as Python 2 wrote it
   */
  NpyHeaderParser(String file, String text, boolean longSuffix) {
    this.file = file;
    this.text = text;
    this.longSuffix = longSuffix;
  }

  NpyHeader parse(long dataOffset) {
    String descr = null;
    Boolean fortran = null;
    Shape shape = null;
    expect('{');
    while (peek() != '}') {
      int keyAt = at;
      String key = string("a key in quotes, or }");
      boolean twice =
          switch (key) {
            case "descr" -> descr != null;
            case "fortran_order" -> fortran != null;
            case "shape" -> shape != null;
            default -> {
              at = keyAt;
              throw error("expected the keys descr, fortran_order and shape only");
            }
          };
      if (twice) {
        at = keyAt;
        throw error("the key " + key + " is there twice");
      }
      expect(':');
      switch (key) {
        case "descr" -> descr = descr();
        case "fortran_order" -> fortran = bool();
        default -> shape = shape();
      }
      if (peek() != '}') {
        expect(',');
      }
    }
    expect('}');
    if (peek() != END) {
      throw error("expected nothing but spaces after the dictionary");
    }
    if (descr == null || fortran == null || shape == null) {
      throw new NpyException(
          file,
          "header lacks the key "
              + (descr == null ? "descr" : fortran == null ? "fortran_order" : "shape"));
    }
    NpyType type = type(descr);
    ByteOrder order =
        switch (descr.charAt(0)) {
          case '>' -> ByteOrder.BIG_ENDIAN;
          case '<' -> ByteOrder.LITTLE_ENDIAN;
          default -> ByteOrder.nativeOrder();
        };
    return new NpyHeader(type, order, fortran, shape, dataOffset);
  }

  private NpyType type(String descr) {
    if (!descr.isEmpty() && "<>=|".indexOf(descr.charAt(0)) >= 0) {
      NpyType type = NpyType.ofCode(descr.substring(1)).orElse(null);
      if (type != null && (type.bytes() == 1 || descr.charAt(0) != '|')) {
        return type;
      }
    }
    throw new NpyException(file, ForeignType.message(file, printable(descr)));
  }

  private String descr() {
    if (peek() == '[') {
      throw new NpyException(file, ForeignType.message(file, "["));
    }
    return string("an element type in quotes");
  }

  private boolean bool() {
    peek();
    for (String word : List.of("True", "False")) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return word.equals("True");
      }
    }
    throw error("expected True or False");
  }

  private Shape shape() {
    expect('(');
    List<Long> dims = new ArrayList<>();
    while (peek() != ')') {
      if (dims.size() == MAX_RANK) {
        throw error("more than " + MAX_RANK + " axes");
      }
      dims.add(number());
      if (peek() != ')') {
        expect(',');
      } else if (dims.size() == 1) {
        throw error("(" + dims.get(0) + ") is a number, expected (" + dims.get(0) + ",)");
      }
    }
    expect(')');
    return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
  }

  private long number() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty()) {
      throw error("expected the size of an axis");
    }
    boolean leadingZero = digits.length() > 1 && digits.charAt(0) == '0';
    // 18 digits fit 63 bits.
    if (leadingZero || digits.length() > 18) {
      at = start;
      throw error(leadingZero ? "a number with a leading zero" : "a size of more than 18 digits");
    }
    if (longSuffix && at < text.length() && text.charAt(at) == 'L') {
      at++;
    }
    return Long.parseLong(digits);
  }

  private String string(String expected) {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw error("expected " + expected);
    }
    int end = text.indexOf(quote, at + 1);
    if (end < 0) {
      throw error("the quote is not closed");
    }
    String content = text.substring(at + 1, end);
    if (content.indexOf('\\') >= 0 || content.indexOf('\n') >= 0) {
      throw error("expected " + expected + ", without escapes and line breaks");
    }
    at = end + 1;
    return content;
  }

  private static final char END = '\uFFFF';

  /** The next character that is not white space, which stays to be read; END after the last. */
  private char peek() {
    while (at < text.length() && " \t\n\r\f".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : END;
  }

  private void expect(char c) {
    if (peek() != c) {
      throw error("expected " + c);
    }
    at++;
  }

  private NpyException error(String problem) {
    String came =
        at >= text.length()
            ? "its end"
            : "'" + printable(text.substring(at, Math.min(text.length(), at + 20))) + "'";
    return new NpyException(
        file, "damaged header, character " + at + ", at " + came + ": " + problem);
  }

  private static String printable(String s) {
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < Math.min(s.length(), 40); i++) {
      char c = s.charAt(i);
      b.append(c >= ' ' && c < 127 ? String.valueOf(c) : String.format("\\x%02x", (int) c));
    }
    return b.toString();
  }
}
