package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Peak;
import convlstm4j.backend.Upload;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * Device memory. Blocks of closed buffers are kept for the next buffers of the same size: the
 * driver's own allocation waits for the device. Since everything runs on one stream, a block can be
 * handed on while work on it is still under way. The free block with the lowest address goes first,
 * so that every run gets the same addresses: {@link StretchGraphs} depends on it. A {@link
 * CudaRecording} has blocks of its own, which nobody else gets until it is closed.
 */
final class DeviceMemory implements Memory, AutoCloseable {
  private static final int MIB = 20;

  private final Device device;
  private final Staging staging;
  private final CopyAhead copyAhead;
  private final Readback readback;
  private final Blocks shared = new Blocks();
  private final long capacity;
  private Blocks current = shared;
  private long live;

  /** In free blocks of recordings. */
  private long reserved;

  /** Blocks that are free, by size. */
  static final class Blocks {
    private final TreeMap<Long, TreeSet<Long>> kept = new TreeMap<>();

    /**
     * Where blocks go that come back after this has been {@linkplain DeviceMemory#share shared}.
     */
    private @Nullable Blocks heir;

    private void add(long address, long size) {
      if (heir != null) {
        heir.add(address, size);
      } else {
        kept.computeIfAbsent(size, s -> new TreeSet<>()).add(address);
      }
    }

    /** The free block of a size with the lowest address; 0 if there is none. */
    private long poll(long size) {
      TreeSet<Long> same = kept.get(size);
      return same == null || same.isEmpty() ? 0 : same.pollFirst();
    }
  }

  DeviceMemory(Device device) {
    this.device = device;
    this.staging = new Staging(device.stream());
    this.copyAhead = new CopyAhead(device, this::area);
    this.readback = new Readback(device);
    this.capacity = freeBytes();
  }

  /** Fails unless the type is float32. */
  static void checkType(DType dtype) {
    if (dtype != DType.FLOAT32) {
      throw new BackendException(
          CudaBackend.NAME + " computes in float32 only; for float64 use the backend reference");
    }
  }

  /** Allocates from a recording's own blocks, and takes them back there. */
  void within(Blocks own, Runnable work) {
    Blocks outer = current;
    current = own;
    try {
      work.run();
    } finally {
      current = outer;
    }
  }

  /** Gives a recording's blocks to all. */
  void share(Blocks own) {
    own.heir = shared;
    own.kept.forEach(
        (size, all) -> {
          all.forEach(address -> shared.add(address, size));
          reserved -= size * all.size();
        });
    own.kept.clear();
  }

  Staging staging() {
    return staging;
  }

  private long area(long bytes) {
    return take(bytes, Shape.of(bytes / Float.BYTES));
  }

  DeviceBuffer allocate(Shape shape) {
    return allocate(DType.FLOAT32, shape);
  }

  private static long freeBytes() {
    long[] free = new long[1];
    long[] total = new long[1];
    Driver.call("cuMemGetInfo", () -> JCudaDriver.cuMemGetInfo(free, total));
    return free[0];
  }

  @Override
  public DeviceBuffer allocate(DType dtype, Shape shape) {
    DeviceBuffer b = allocateUnset(dtype, shape);
    try {
      device.zero(b.address(), b.bytes());
    } catch (RuntimeException e) {
      Closing.after(e, b);
      throw e;
    }
    return b;
  }

  @Override
  public DeviceBuffer allocateUnset(DType dtype, Shape shape) {
    checkType(dtype);
    device.use();
    long bytes = Math.multiplyExact(shape.elements(), (long) Float.BYTES);
    Blocks to = current;
    long block = take(bytes, shape);
    DeviceBuffer b = new DeviceBuffer(address -> release(address, bytes, to), block, shape);
    live += bytes;
    return b;
  }

  /** Of the block for so many bytes: exactly that, so that an overrun is one of the block. */
  private static long size(long bytes) {
    return Math.max(1, bytes);
  }

  private long take(long bytes, Shape shape) {
    long size = size(bytes);
    long known = current.poll(size);
    if (known != 0) {
      reserved -= current == shared ? 0 : size;
      return known;
    }
    known = shared.poll(size);
    if (known != 0) {
      return known;
    }
    Address a = new Address();
    if (!RawMemory.allocated(a, size)) {
      trim();
      if (!RawMemory.allocated(a, size)) {
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

  /** Takes a closed buffer's block back. */
  private void release(long address, long bytes, Blocks to) {
    live -= bytes;
    to.add(address, size(bytes));
    reserved += to == shared || to.heir != null ? 0 : size(bytes);
  }

  /** Gives the kept blocks back to the driver. */
  void trim() {
    device.synchronize();
    copyAhead.trim();
    freeKept();
  }

  /** A block that the driver does not take back is lost: nobody knows what has become of it. */
  private void freeKept() {
    List<AutoCloseable> blocks = new ArrayList<>();
    shared.kept.values().forEach(same -> same.forEach(a -> blocks.add(() -> RawMemory.free(a))));
    shared.kept.clear();
    Closing.all(blocks);
  }

  @Override
  public Upload stage(List<Tensor> sources) {
    device.use();
    return copyAhead.start(sources);
  }

  @Override
  public boolean stagesAhead() {
    return true;
  }

  @Override
  public Supplier<Tensor> downloading(Buffer source) {
    device.use();
    DeviceBuffer s = DeviceBuffer.of(source);
    if (!readback.takes(s.size())) {
      return Memory.super.downloading(source);
    }
    return readback.start(s.address(), s.shape());
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    device.use();
    DeviceBuffer t = DeviceBuffer.of(target);
    check(source.dtype(), source.size(), source.shape(), t);
    staging.upload(source, t.address());
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
  public Peak peak() {
    return Peak.bySize();
  }

  @Override
  public long reservedBytes() {
    return reserved;
  }

  @Override
  public long capacityBytes() {
    return capacity;
  }

  @Override
  public void close() {
    Closing.all(staging, readback, copyAhead, this::freeKept);
  }
}
