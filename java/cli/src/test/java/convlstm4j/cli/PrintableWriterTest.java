package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PrintableWriterTest {
  private static final String TITLE = "\u001b]0;owned\u0007";

  /** Whichever way a text takes. */
  @Test
  void noTextCommandsTheTerminal() {
    StringWriter shown = new StringWriter();
    PrintWriter writer = PrintableWriter.to(shown);
    writer.print(TITLE);
    writer.print('\u001b');
    writer.print(TITLE.toCharArray());
    writer.write(TITLE, 0, 2);
    writer.printf("%s", TITLE);
    writer.append(TITLE);
    writer.println("plain \u00e4\u4e2d\tand\nnext");
    String text = shown.toString();
    assertEquals(
        -1,
        text.chars().filter(c -> c < ' ' && c != '\n' && c != '\t').findFirst().orElse(-1),
        text);
    assertEquals(
        true, text.endsWith("plain \u00e4\u4e2d\tand\nnext" + System.lineSeparator()), text);
    assertEquals(5, text.split("owned", -1).length, text);
  }
}
