package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The fat binary of our kernels in the jar. */
final class KernelImage {
  private static final String RESOURCE = "convlstm4j.fatbin";
  private static final String NONE =
      "this build has no CUDA kernels; with CUDA 13's nvcc on the PATH, ./convlstm4j compiles them"
          + " where an NVIDIA driver is or CONVLSTM4J_CUDA=always is set";

  private KernelImage() {}

  /**
   * The compiled kernels.
   *
   * @throws BackendException if this build has none
   */
  static byte[] read() {
    try (InputStream in = KernelImage.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new BackendException(CudaBackend.NAME + ": " + NONE);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Text to add to a message where something else is missing, too: empty if the kernels are there.
   */
  static String absence() {
    return KernelImage.class.getResource(RESOURCE) == null ? "; " + NONE : "";
  }
}
