package convlstm4j.cli;

import convlstm4j.io.file.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Passes text on with control characters escaped, so that no name out of a file, whichever way it
 * comes into a result or an error, commands the terminal. What the command line itself says to a
 * terminal (the progress bar, colours of the help) does not go through here.
 */
final class PrintableWriter extends FilterWriter {
  private PrintableWriter(Writer to) {
    super(to);
  }

  /** Flushed after each line. */
  static PrintWriter to(Writer to) {
    return new PrintWriter(new PrintableWriter(to), true);
  }

  @Override
  public void write(int c) throws IOException {
    write(String.valueOf((char) c));
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    write(new String(text, from, length));
  }

  @Override
  public void write(String text, int from, int length) throws IOException {
    out.write(Printable.text(text.substring(from, from + length)));
  }

  /** A writer that keeps quiet about its failures is asked for them. */
  @Override
  public void flush() throws IOException {
    out.flush();
    if (out instanceof PrintWriter quiet && quiet.checkError()) {
      throw new IOException("cannot be written to");
    }
  }
}
