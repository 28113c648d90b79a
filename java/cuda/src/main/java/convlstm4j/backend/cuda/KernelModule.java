package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** Our kernels, loaded from the fat binary in the jar. */
final class KernelModule implements AutoCloseable {
  private static final String RESOURCE = "convlstm4j.fatbin";
  private static final String NONE =
      "this build has no CUDA kernels; with CUDA 13's nvcc on the PATH, ./convlstm4j compiles them"
          + " where an NVIDIA driver is or CONVLSTM4J_CUDA=always is set";

  private final CUmodule module = new CUmodule();
  private final Map<String, CUfunction> functions = new HashMap<>();

  KernelModule(byte[] image) {
    Driver.call("cuModuleLoadData", () -> JCudaDriver.cuModuleLoadData(module, image));
  }

  /**
   * The compiled kernels.
   *
   * @throws BackendException if this build has none
   */
  static byte[] image() {
    try (InputStream in = KernelModule.class.getResourceAsStream(RESOURCE)) {
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
    return KernelModule.class.getResource(RESOURCE) == null ? "; " + NONE : "";
  }

  /** A kernel by its name. */
  CUfunction function(String name) {
    return functions.computeIfAbsent(
        name,
        n -> {
          CUfunction f = new CUfunction();
          Driver.call(
              "cuModuleGetFunction(" + n + ")",
              () -> JCudaDriver.cuModuleGetFunction(f, module, n));
          return f;
        });
  }

  @Override
  public void close() {
    Driver.call("cuModuleUnload", () -> JCudaDriver.cuModuleUnload(module));
  }
}
