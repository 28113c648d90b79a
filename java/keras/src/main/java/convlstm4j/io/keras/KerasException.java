package convlstm4j.io.keras;

import convlstm4j.io.file.FileException;

/** A Keras file cannot be read or written: which, where in it, what came, what was expected. */
public final class KerasException extends FileException {
  private static final long serialVersionUID = 1L;

  KerasException(String file, String problem) {
    super(file, problem, null);
  }

  KerasException(String file, String problem, Throwable cause) {
    super(file, problem, cause);
  }
}
