package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Closing;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** Times what a backend does by the GPU's own clock, for benchmarks. */
public final class CudaTimer implements AutoCloseable {
  /** Of a device that does not tell the size of its cache; more than any has. */
  private static final long UNTOLD_CACHE = 128L << 20;

  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final Device device;
  private final DeviceBuffer scratch;
  private final CUevent start = new CUevent();
  private final CUevent end = new CUevent();

  /** Those that have been made. */
  private final List<CUevent> events = new ArrayList<>();

  private boolean closed;

  private CudaTimer(Device device, DeviceMemory memory) {
    this.device = device;
    long cache = device.cacheBytes();
    scratch = memory.allocate(Shape.of(2 * (cache == 0 ? UNTOLD_CACHE : cache) / Float.BYTES));
    try {
      create(start);
      events.add(start);
      create(end);
      events.add(end);
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  private static void create(CUevent event) {
    Driver.call(
        "cuEventCreate", () -> JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT));
  }

  /**
   * A timer of a backend's work; to be closed before the backend.
   *
   * @param backend one of this module
   * @return the timer
   * @throws IllegalArgumentException if the backend is another
   */
  public static CudaTimer of(Backend backend) {
    if (!(backend instanceof CudaBackend cuda)) {
      throw new IllegalArgumentException(
          "only work of the backend " + CudaBackend.NAME + " can be timed, got " + backend.name());
    }
    return cuda.timer();
  }

  static CudaTimer of(Device device, DeviceMemory memory) {
    device.use();
    return new CudaTimer(device, memory);
  }

  /**
   * Writes twice as many bytes as the GPU's second-level cache holds, and waits for that: what
   * comes next finds nothing of its own there, and the GPU idle.
   */
  public void emptyCache() {
    checkOpen();
    device.use();
    device.zero(scratch.address(), scratch.bytes());
    device.synchronize();
  }

  /**
   * Does some work and waits for it.
   *
   * @param work starts work on the backend
   * @return nanoseconds from when the GPU came to the work until it had done all of it
   */
  public long nanoseconds(Runnable work) {
    checkOpen();
    device.use();
    record(start);
    work.run();
    record(end);
    Driver.call("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(end));
    float[] milliseconds = new float[1];
    Driver.call(
        "cuEventElapsedTime", () -> JCudaDriver.cuEventElapsedTime(milliseconds, start, end));
    return Math.round(milliseconds[0] * NANOSECONDS_PER_MILLISECOND);
  }

  private void record(CUevent event) {
    Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(event, device.stream()));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the timer is closed; make another");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    device.use();
    List<AutoCloseable> all = new ArrayList<>(List.of(scratch));
    events.forEach(
        e -> all.add(() -> Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(e))));
    events.clear();
    Closing.all(all);
  }
}
