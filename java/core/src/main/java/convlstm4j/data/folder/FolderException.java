package convlstm4j.data.folder;

import convlstm4j.io.file.FileException;

/**
 * A folder of videos cannot be used: something is missing, does not fit the rest or the model, or
 * is no number. The message says the file, what came and what was expected.
 */
public final class FolderException extends FileException {
  FolderException(Object file, String problem) {
    super(file.toString(), problem, null);
  }

  FolderException(Object file, String problem, Throwable cause) {
    super(file.toString(), problem, cause);
  }
}
