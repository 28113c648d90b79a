package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.PlanFrame;
import convlstm4j.backend.Recording;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Plans on one GPU. */
final class CudaBackend implements Backend {
  static final String NAME = "cuda";

  private final Device device;
  private final DeviceMemory memory;

  /**
   * No result of a GPU is in bench/results yet, which a test compares this with; to be taken out
   * with its uses once there is one.
   */
  static final boolean MEASURED = false;

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
  public Optional<String> notice() {
    return MEASURED
        ? Optional.empty()
        : Optional.of(
            "no GPU has been measured by its authors yet: compare with onednn, and check it by"
                + " convlstm4j selftest --backend "
                + NAME);
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
    DeviceMemory.checkType(dtype);
    device.use();
    return PlanFrame.make(NAME, op, inputs, () -> Plans.plan(device, memory, op, inputs, mode));
  }

  @Override
  public Recording recording(Consumer<List<Philox>> work) {
    return new CudaRecording(device, memory, work);
  }

  @Override
  public void precision(ProductPrecision precision) {
    device.use();
    device.mayRound(precision == ProductPrecision.TF32);
  }

  @Override
  public int frugality() {
    return Device.WORKSPACES.size();
  }

  @Override
  public <T> T frugal(int level, Supplier<T> planning) {
    return device.frugal(level, planning);
  }

  @Override
  public long nanoseconds(Runnable work) {
    device.use();
    return device.clock().nanoseconds(work);
  }

  Device device() {
    return device;
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
