package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Blocks of the driver's own. */
final class RawMemory {
  private RawMemory() {}

  /** Whether there was room for a block; if so, its address is there. */
  static boolean allocated(Address a, long size) {
    try {
      JCudaDriver.cuMemAlloc(a, size);
      return true;
    } catch (CudaException e) {
      if (String.valueOf(e.getMessage())
          .contains(CUresult.stringFor(CUresult.CUDA_ERROR_OUT_OF_MEMORY))) {
        return false;
      }
      throw new BackendException(CudaBackend.NAME + ": cuMemAlloc: " + e.getMessage(), e);
    }
  }

  /** Gives a block back. */
  static void free(long address) {
    Driver.call("cuMemFree", () -> JCudaDriver.cuMemFree(Address.of(address)));
  }
}
