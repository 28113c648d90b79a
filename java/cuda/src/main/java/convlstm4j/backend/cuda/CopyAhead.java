package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Upload;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.LongUnaryOperator;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * Brings the next batch to the device, on a stream of its own, while the kernels work on the one
 * before: into an area of device memory from which it is copied, or converted from pixels, when its
 * turn has come. Two events keep the streams apart: {@code arrived}, before the batch is used, and
 * {@code used}, before the area is written again.
 */
final class CopyAhead implements AutoCloseable {
  private static final long ALIGN = 256;

  private final Device device;
  private final CUstream stream = new CUstream();
  private final CUevent arrived = new CUevent();
  private final CUevent used = new CUevent();
  private final LongUnaryOperator allocate;
  private @Nullable Staging staging;
  private long area;
  private long areaBytes;

  /** The batch that is in the area; null if it has been used. */
  private @Nullable Object inside;

  /**
   * Makes nothing yet.
   *
   * @param allocate device memory: the address of so many bytes
   */
  CopyAhead(Device device, LongUnaryOperator allocate) {
    this.device = device;
    this.allocate = allocate;
  }

  private Staging open() {
    if (staging != null) {
      return staging;
    }
    Driver.call(
        "cuStreamCreate",
        () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    try {
      event(arrived);
      try {
        event(used);
      } catch (RuntimeException e) {
        Closing.after(e, () -> destroy(arrived));
        throw e;
      }
    } catch (RuntimeException e) {
      Closing.after(e, this::destroyStream);
      throw e;
    }
    Staging made = new Staging(stream);
    staging = made;
    return made;
  }

  private static void event(CUevent e) {
    Driver.call(
        "cuEventCreate", () -> JCudaDriver.cuEventCreate(e, CUevent_flags.CU_EVENT_DISABLE_TIMING));
  }

  private static void destroy(CUevent e) {
    Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(e));
  }

  /** Starts to bring arrays to the device. */
  Upload start(List<Tensor> sources) {
    Staging pinned = open();
    Object batch = new Object();
    inside = null;
    reserve(sources.stream().mapToLong(CopyAhead::space).sum());
    Driver.call("cuStreamWaitEvent", () -> JCudaDriver.cuStreamWaitEvent(stream, used, 0));
    long at = area;
    for (Tensor t : sources) {
      if (t.isPixels()) {
        pinned.uploadPixels(t, at);
      } else {
        pinned.upload(t, at);
      }
      at += space(t);
    }
    Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(arrived, stream));
    inside = batch;
    List<Integer> sizes = sources.stream().map(Tensor::size).toList();
    List<Boolean> pixels = sources.stream().map(Tensor::isPixels).toList();
    List<Long> spaces = sources.stream().map(CopyAhead::space).toList();
    return targets -> into(batch, sizes, pixels, spaces, targets);
  }

  private static long space(Tensor t) {
    long bytes = (long) t.size() * (t.isPixels() ? 1 : Float.BYTES);
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
  }

  private void reserve(long bytes) {
    if (bytes > areaBytes) {
      free();
      recordUsed(); // the area may be a block that kernels still work on
      area = allocate.applyAsLong(bytes);
      areaBytes = bytes;
    }
  }

  private void into(
      Object batch,
      List<Integer> sizes,
      List<Boolean> pixels,
      List<Long> spaces,
      List<? extends Buffer> targets) {
    if (inside != batch) {
      throw new IllegalStateException("another batch was brought to the device since");
    }
    inside = null;
    device.use();
    try {
      copy(sizes, pixels, spaces, targets);
      recordUsed();
    } catch (RuntimeException e) {
      Closing.after(e, device::synchronize); // or the next batch would not wait for the copies
      throw e;
    }
  }

  private void copy(
      List<Integer> sizes,
      List<Boolean> pixels,
      List<Long> spaces,
      List<? extends Buffer> targets) {
    Driver.call(
        "cuStreamWaitEvent", () -> JCudaDriver.cuStreamWaitEvent(device.stream(), arrived, 0));
    long at = area;
    for (int i = 0; i < sizes.size(); i++) {
      long to = DeviceBuffer.address(targets.get(i));
      long n = sizes.get(i);
      if (pixels.get(i)) {
        Arguments a = device.arguments().put32(0).address(at).address(to).put64(n);
        device.launch("frames_to_float", n, a);
      } else {
        device.copy(at, to, n * Float.BYTES);
      }
      at += spaces.get(i);
    }
  }

  private void recordUsed() {
    Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(used, device.stream()));
  }

  /** Gives the area back unless a batch is in it. */
  void trim() {
    if (inside == null) {
      free();
    }
  }

  private void free() {
    if (areaBytes > 0) {
      synchronize();
      device.synchronize();
      freeArea();
    }
  }

  private void freeArea() {
    areaBytes = 0;
    inside = null;
    RawMemory.free(area);
  }

  private void synchronize() {
    Driver.call("cuStreamSynchronize", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  private void destroyStream() {
    Driver.call("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(stream));
  }

  @Override
  public void close() {
    if (staging == null) {
      return;
    }
    Staging s = staging;
    staging = null;
    Closing.all(
        device::synchronize,
        s, // waits for the copies
        areaBytes > 0 ? this::freeArea : null,
        () -> destroy(arrived),
        () -> destroy(used),
        this::destroyStream);
  }
}
