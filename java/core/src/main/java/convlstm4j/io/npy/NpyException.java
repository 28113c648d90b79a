package convlstm4j.io.npy;

import convlstm4j.io.file.FileException;
import org.jspecify.annotations.Nullable;

/**
 * An npy file cannot be read: absent, damaged, cut, or of a type that is not supported. The message
 * says the file, what came and what was expected.
 */
public final class NpyException extends FileException {
  NpyException(String file, String problem) {
    super(file, problem, null);
  }

  NpyException(String file, String problem, @Nullable Throwable cause) {
    super(file, problem, cause);
  }
}
