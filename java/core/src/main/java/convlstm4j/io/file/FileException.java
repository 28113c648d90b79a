package convlstm4j.io.file;

import org.jspecify.annotations.Nullable;

/**
 * An input file or folder cannot be used: absent, damaged, of another kind, or not fitting what it
 * is used for. The message is one line: the file, what came, what was expected. Failures to write
 * are {@link java.io.UncheckedIOException}s instead.
 */
public class FileException extends RuntimeException {
  private final String file;

  /**
   * Makes the exception.
   *
   * @param file the file or folder, the start of the message
   * @param problem what came and what was expected
   * @param cause the failure underneath, or null
   */
  public FileException(String file, String problem, @Nullable Throwable cause) {
    super(Printable.text(file + ": " + problem), cause);
    this.file = file;
  }

  /**
   * The file or folder.
   *
   * @return its name as given by the caller
   */
  public String file() {
    return file;
  }
}
