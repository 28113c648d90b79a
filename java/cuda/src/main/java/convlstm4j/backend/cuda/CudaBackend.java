package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Recording;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Plans on one GPU. */
final class CudaBackend implements Backend {
  static final String NAME = "cuda";

  private final Device device;
  private final DeviceMemory memory;

  /** On a device, which closes with it. */
  CudaBackend(Device device) {
    this.device = device;
    try {
      this.memory = new DeviceMemory(device);
    } catch (RuntimeException e) {
      Closing.after(e, device);
      throw e;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return device.description();
  }

  @Override
  public boolean supports(DType dtype) {
    return dtype == DType.FLOAT32;
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return Optional.of(DataFormat.CHANNELS_FIRST);
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    checkType(dtype);
    device.use();
    return Plan.guarded(device.planning(() -> Plans.plan(device, op, inputs, mode)));
  }

  /** Fails unless the type is float32. */
  static void checkType(DType dtype) {
    if (dtype != DType.FLOAT32) {
      throw new BackendException(
          NAME + " computes in float32 only; for float64 use the backend reference");
    }
  }

  @Override
  public Recording recording(Consumer<List<Philox>> work) {
    return new CudaRecording(device, memory, work);
  }

  @Override
  public long nanoseconds(Runnable work) {
    device.use();
    return device.clock().nanoseconds(work);
  }

  CudaTimer timer() {
    return CudaTimer.of(device, memory);
  }

  @Override
  public DeviceMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    if (!device.isClosed()) {
      Closing.all(device::use, memory, device);
    }
  }
}
