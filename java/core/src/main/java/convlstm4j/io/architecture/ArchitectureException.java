package convlstm4j.io.architecture;

/**
 * A model's JSON cannot be read, or a network not be written. The message says where, what came and
 * what was expected.
 */
public final class ArchitectureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ArchitectureException(String message) {
    super(message);
  }

  ArchitectureException(String message, Throwable cause) {
    super(message, cause);
  }
}
