package convlstm4j.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * How wide the terminal is. Asked of {@code stty}, which only reads: jline's terminals would take
 * the handlers of signals away, and would stop a training in the background when they set the
 * terminal's modes back.
 */
final class TerminalWidth {
  private static final int DEFAULT = 80;
  private static final int LEAST = 20;

  private TerminalWidth() {}

  /** Columns; 80 where it cannot be found out. */
  static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String[] rowsAndColumns = size.strip().split(" ", -1);
      int columns = rowsAndColumns.length == 2 ? Integer.parseInt(rowsAndColumns[1]) : 0;
      return columns < LEAST ? DEFAULT : columns;
    } catch (IOException | NumberFormatException e) {
      return DEFAULT; // no stty, as on Windows, or no terminal of its own
    }
  }
}
