package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Closing;
import convlstm4j.tensor.Shape;

/** Times what a backend does by the GPU's own clock, for benchmarks. */
public final class CudaTimer implements AutoCloseable {
  /** Of a device that does not tell the size of its cache; more than any has. */
  private static final long UNTOLD_CACHE = 128L << 20;

  private final Device device;
  private final DeviceBuffer scratch;
  private final EventClock clock;
  private boolean closed;

  private CudaTimer(Device device, DeviceMemory memory) {
    this.device = device;
    long cache = device.cacheBytes();
    scratch = memory.allocate(Shape.of(2 * (cache == 0 ? UNTOLD_CACHE : cache) / Float.BYTES));
    clock = new EventClock(device.stream());
    try {
      clock.open();
    } catch (RuntimeException e) {
      Closing.after(e, clock, scratch);
      throw e;
    }
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
    cuda.device().use();
    return new CudaTimer(cuda.device(), cuda.memory());
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
    return clock.nanoseconds(work);
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
    Closing.all(scratch, clock);
  }
}
