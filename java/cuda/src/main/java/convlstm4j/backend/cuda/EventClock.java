package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** Measures work on the device's stream by two events, which the GPU stamps as it comes to them. */
final class EventClock implements AutoCloseable {
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final CUstream stream;
  private final List<CUevent> events = new ArrayList<>();

  /** Makes the events when it is opened, or at the first use. */
  EventClock(CUstream stream) {
    this.stream = stream;
  }

  /**
   * Does some work and waits for it.
   *
   * @param work starts work on the device
   * @return nanoseconds from when the GPU came to the work until it had done all of it
   */
  long nanoseconds(Runnable work) {
    open();
    CUevent start = events.get(0);
    CUevent end = events.get(1);
    record(start);
    work.run();
    record(end);
    Driver.call("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(end));
    float[] milliseconds = new float[1];
    Driver.call(
        "cuEventElapsedTime", () -> JCudaDriver.cuEventElapsedTime(milliseconds, start, end));
    return Math.round(milliseconds[0] * NANOSECONDS_PER_MILLISECOND);
  }

  /** Makes the events. */
  void open() {
    while (events.size() < 2) {
      CUevent e = new CUevent();
      Driver.call(
          "cuEventCreate", () -> JCudaDriver.cuEventCreate(e, CUevent_flags.CU_EVENT_DEFAULT));
      events.add(e);
    }
  }

  private void record(CUevent event) {
    Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(event, stream));
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>();
    events.forEach(
        e -> all.add(() -> Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(e))));
    events.clear();
    Closing.all(all);
  }
}
