package convlstm4j.backend.cuda;

import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** Our kernels, loaded. */
final class KernelModule implements AutoCloseable {
  private final CUmodule module = new CUmodule();
  private final Map<String, CUfunction> functions = new HashMap<>();

  KernelModule(byte[] image) {
    Driver.call("cuModuleLoadData", () -> JCudaDriver.cuModuleLoadData(module, image));
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
