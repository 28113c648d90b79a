package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/** A cuDNN handle on the device's stream, and the algorithms that were chosen with it. */
final class Cudnn implements AutoCloseable {
  private final cudnnHandle handle = new cudnnHandle();
  private final Map<Object, Algorithms> known = new HashMap<>();

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

  /** The algorithms for a shape: asked for once. */
  Algorithms algorithms(Object shape, Supplier<Algorithms> choice) {
    return known.computeIfAbsent(shape, s -> choice.get());
  }

  @Override
  public void close() {
    Driver.cudnn("cudnnDestroy", () -> JCudnn.cudnnDestroy(handle));
  }
}
