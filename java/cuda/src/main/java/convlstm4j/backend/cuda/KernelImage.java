package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/** The fat binary of our kernels in the jar. */
final class KernelImage {
  private static final String RESOURCE = "convlstm4j.fatbin";
  private static final String NONE =
      "this build has no CUDA kernels; with CUDA 13's nvcc on the PATH, ./convlstm4j compiles them"
          + " where an NVIDIA driver is or CONVLSTM4J_CUDA=always is set";

  /** What was read last, for the next start in this process; gone when memory is short. */
  private static SoftReference<byte[]> last = new SoftReference<>(null);

  private KernelImage() {}

  /**
   * The compiled kernels, not to be written to.
   *
   * @throws BackendException if this build has none
   */
  static synchronized byte[] bytes() {
    byte @Nullable [] known = last.get();
    if (known != null) {
      return known;
    }
    byte[] read = read();
    last = new SoftReference<>(read);
    return read;
  }

  private static byte[] read() {
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
