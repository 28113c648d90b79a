package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A few numbers on their way to the host while the device and the host go on. */
final class Readback implements AutoCloseable {
  private static final int MOST = 1 << 14;

  private final Device device;
  private final Pointer pinned = new Pointer();
  private final CUevent done = new CUevent();
  private boolean made;
  private boolean busy;

  Readback(Device device) {
    this.device = device;
  }

  /** Whether a copy of so many floats can be started. */
  boolean takes(long floats) {
    return !busy && floats <= MOST;
  }

  /** Starts a copy of floats; what it returns waits for it. */
  Supplier<Tensor> start(long source, Shape shape) {
    make();
    int n = Math.toIntExact(shape.elements());
    Driver.call(
        "cuMemcpyDtoHAsync",
        () ->
            JCudaDriver.cuMemcpyDtoHAsync(
                pinned, Address.of(source), (long) n * Float.BYTES, device.stream()));
    Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(done, device.stream()));
    busy = true;
    return () -> read(shape, n);
  }

  private Tensor read(Shape shape, int n) {
    if (!busy) {
      throw new IllegalStateException("a copy to the host is read twice");
    }
    device.use();
    busy = false;
    try {
      Driver.call("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(done));
    } catch (BackendException e) {
      // Or the next copy would be written where this one still is.
      Closing.after(e, device::synchronize);
      throw e;
    }
    float[] values = new float[n];
    pinned
        .getByteBuffer(0, (long) n * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer()
        .get(values);
    return Tensor.of(values, shape);
  }

  private void make() {
    if (made) {
      return;
    }
    Driver.call(
        "cuMemHostAlloc", () -> JCudaDriver.cuMemHostAlloc(pinned, (long) MOST * Float.BYTES, 0));
    try {
      Driver.call(
          "cuEventCreate",
          () -> JCudaDriver.cuEventCreate(done, CUevent_flags.CU_EVENT_DISABLE_TIMING));
    } catch (RuntimeException e) {
      Closing.after(e, this::free);
      throw e;
    }
    made = true;
  }

  @Override
  public void close() {
    if (made) {
      made = false;
      Closing.all(
          () -> Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(done)), this::free);
    }
  }

  private void free() {
    Driver.call("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(pinned));
  }
}
