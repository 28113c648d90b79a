package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * Device memory. Blocks of closed buffers are kept for the next buffers of the same size: the
 * driver's own allocation waits for the device. Since everything runs on one stream, a block can be
 * handed on while work on it is still under way. The free block with the lowest address goes first,
 * so that every training step gets the same addresses: {@link StretchGraphs} depends on it.
 */
final class DeviceMemory implements Memory, AutoCloseable {
  private static final int MIB = 20;
  private static final long GRAIN = 512;

  private final Device device;
  private final Staging staging;
  private final TreeMap<Long, TreeSet<Long>> kept = new TreeMap<>();
  private final long capacity;
  private long live;

  DeviceMemory(Device device) {
    this.device = device;
    this.staging = new Staging(device);
    this.capacity = free();
  }

  private static long free() {
    long[] free = new long[1];
    long[] total = new long[1];
    Driver.call("cuMemGetInfo", () -> JCudaDriver.cuMemGetInfo(free, total));
    return free[0];
  }

  @Override
  public DeviceBuffer allocate(DType dtype, Shape shape) {
    CudaBackend.checkType(dtype);
    device.use();
    long bytes = Math.multiplyExact(shape.elements(), (long) Float.BYTES);
    DeviceBuffer b = new DeviceBuffer(this, take(bytes, shape), shape);
    live += bytes;
    try {
      device.zero(b.address(), bytes);
    } catch (RuntimeException e) {
      b.close();
      throw e;
    }
    return b;
  }

  private static long rounded(long bytes) {
    return Math.max(1, (bytes + GRAIN - 1) / GRAIN) * GRAIN;
  }

  private long take(long bytes, Shape shape) {
    long size = rounded(bytes);
    TreeSet<Long> same = kept.get(size);
    if (same != null && !same.isEmpty()) {
      return same.pollFirst();
    }
    Address a = new Address();
    if (!allocated(a, size)) {
      trim();
      if (!allocated(a, size)) {
        throw new BackendException(
            CudaBackend.NAME
                + ": no device memory for "
                + shape
                + " ("
                + (bytes >> MIB)
                + " MiB) beside "
                + (live >> MIB)
                + " MiB in use of "
                + (capacity >> MIB)
                + " MiB; use fewer frames, a smaller batch or a smaller model");
      }
    }
    return a.value();
  }

  private static boolean allocated(Address a, long size) {
    try {
      JCudaDriver.cuMemAlloc(a, size);
      return true;
    } catch (CudaException e) {
      if (e.getMessage().contains(CUresult.stringFor(CUresult.CUDA_ERROR_OUT_OF_MEMORY))) {
        return false;
      }
      throw new BackendException(CudaBackend.NAME + ": cuMemAlloc: " + e.getMessage(), e);
    }
  }

  /** Takes a closed buffer's block back. */
  void release(long address, long bytes) {
    live -= bytes;
    kept.computeIfAbsent(rounded(bytes), s -> new TreeSet<>()).add(address);
  }

  /** Gives the kept blocks back to the driver. */
  private void trim() {
    device.synchronize();
    for (Map.Entry<Long, TreeSet<Long>> e : kept.entrySet()) {
      for (long address : e.getValue()) {
        Driver.call("cuMemFree", () -> JCudaDriver.cuMemFree(Address.of(address)));
      }
    }
    kept.clear();
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    device.use();
    DeviceBuffer t = DeviceBuffer.of(target);
    check(source.dtype(), source.size(), source.shape(), t);
    staging.upload(source.floats(), t.address());
  }

  @Override
  public Tensor download(Buffer source) {
    device.use();
    DeviceBuffer s = DeviceBuffer.of(source);
    Tensor t;
    try {
      t = Tensor.zeros(DType.FLOAT32, s.shape());
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          CudaBackend.NAME
              + ": no room on the Java heap for a copy of "
              + s.shape()
              + "; give Java more (-Xmx)",
          e);
    }
    staging.download(s.address(), t.floats());
    return t;
  }

  @Override
  public void copy(Buffer source, Buffer target) {
    device.use();
    DeviceBuffer s = DeviceBuffer.of(source);
    DeviceBuffer t = DeviceBuffer.of(target);
    check(s.dtype(), s.size(), s.shape(), t);
    device.copy(s.address(), t.address(), s.bytes());
  }

  private static void check(DType type, long size, Shape shape, DeviceBuffer target) {
    if (type != DType.FLOAT32 || size != target.size()) {
      throw new IllegalArgumentException(
          "cannot copy " + type + " " + shape + " into a float32 buffer of " + target.shape());
    }
  }

  @Override
  public void fill(Buffer target, double value) {
    device.use();
    DeviceBuffer t = DeviceBuffer.of(target);
    if (t.size() > 0) {
      Driver.call(
          "cuMemsetD32Async",
          () ->
              JCudaDriver.cuMemsetD32Async(
                  Address.of(t.address()),
                  Float.floatToRawIntBits((float) value),
                  t.size(),
                  device.stream()));
    }
  }

  @Override
  public long liveBytes() {
    return live;
  }

  @Override
  public long capacityBytes() {
    return capacity;
  }

  @Override
  public void close() {
    staging.close();
    trim();
  }
}
