package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/** A cuDNN handle on the device's stream. */
final class Cudnn implements AutoCloseable {
  private final cudnnHandle handle = new cudnnHandle();

  Cudnn(CUstream stream) {
    Driver.cudnn("cudnnCreate", () -> JCudnn.cudnnCreate(handle));
    try {
      Driver.cudnn("cudnnSetStream", () -> JCudnn.cudnnSetStream(handle, new cudaStream_t(stream)));
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  cudnnHandle handle() {
    return handle;
  }

  @Override
  public void close() {
    Driver.cudnn("cudnnDestroy", () -> JCudnn.cudnnDestroy(handle));
  }
}
