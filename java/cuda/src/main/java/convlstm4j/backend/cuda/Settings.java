package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;

/** What system properties say about convolutions. */
final class Settings {
  /** The most workspace that an algorithm of cuDNN may want, MiB. */
  static final String WORKSPACE = "convlstm4j.cuda.workspace";

  /** {@code false} launches every kernel by itself instead of CUDA graphs of whole stretches. */
  static final String GRAPHS = "convlstm4j.cuda.graphs";

  private static final int WORKSPACE_MIB = 256;

  private Settings() {}

  /**
   * Whether stretches of launches become CUDA graphs.
   *
   * @throws BackendException if the property is neither true nor false
   */
  static boolean graphs() {
    String value = System.getProperty(GRAPHS, "true");
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new BackendException(
              CudaBackend.NAME + ": " + GRAPHS + "=" + value + "; expected true or false");
    };
  }

  /** The most bytes of workspace that an algorithm may want. */
  static long workspaceBytes() {
    int mib = Integer.getInteger(WORKSPACE, WORKSPACE_MIB);
    if (mib < 0) {
      throw new BackendException(
          CudaBackend.NAME + ": " + WORKSPACE + "=" + mib + "; expected MiB, 0 or more");
    }
    return (long) mib << 20;
  }
}
