package convlstm4j.io.checkpoint;

import convlstm4j.io.file.FileException;

/**
 * A checkpoint cannot be loaded: absent, damaged, cut, no checkpoint at all, of a newer version, or
 * of another architecture than the model's. The message says the file, what came (with the byte or
 * the tensor) and what was expected.
 */
public final class CheckpointException extends FileException {
  CheckpointException(String file, String problem) {
    super(file, problem, null);
  }

  CheckpointException(String file, String problem, Throwable cause) {
    super(file, problem, cause);
  }
}
