package convlstm4j.io.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

/** What a terminal would take as commands is shown instead. */
class PrintableTest {
  @Test
  void commandsAreEscaped() {
    assertEquals(
        "\\u001b]0;title\\u0007\\u001b[31m", Printable.text("\u001b]0;title\u0007\u001b[31m"));
    assertEquals("a\\u009b31m\\u007f\\u0000\\u0008", Printable.text("a\u009b31m\u007f\0\b"));
    assertEquals("hidden\\u000dseen", Printable.text("hidden\rseen"));
    assertEquals("\\u202egnp.exe\\u2066", Printable.text("\u202egnp.exe\u2066"));
  }

  @Test
  void linesStayLinesInTextOnly() {
    assertEquals("a\nb\r\nc\td", Printable.text("a\nb\r\nc\td"));
    assertEquals("a\\u000ab\\u000d\\u000ac\\u0009d\\u2028", Printable.line("a\nb\r\nc\td\u2028"));
  }

  @Test
  void otherTextIsAsItWas() {
    String text = "größe ✓ 層 \ud83d\udc69\u200d\ud83d\udd2c \\ \"";
    assertSame(text, Printable.text(text));
    assertSame(text, Printable.line(text));
  }

  @Test
  void cellsOfTables() {
    assertEquals("plain", Printable.csv("plain"));
    assertEquals("\"a,\"\"b\"\"\\u001b[2J\"", Printable.csv("a,\"b\"\u001b[2J"));
    assertEquals("a\\u000ab", Printable.csv("a\nb"));
  }
}
