package convlstm4j.io.keras;

import convlstm4j.io.file.FileException;
import org.jspecify.annotations.Nullable;

/** A Keras file cannot be read or written: which, where in it, what came, what was expected. */
public final class KerasException extends FileException {
  private static final long serialVersionUID = 1L;

  /** Of a problem's text; what a file names may be as long as the file. */
  private static final int MOST = 1000;

  KerasException(String file, String problem) {
    this(file, problem, null);
  }

  KerasException(String file, String problem, @Nullable Throwable cause) {
    super(file, Said.cut(problem, MOST), cause);
  }
}
