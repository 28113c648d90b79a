package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  /**
   * A backend that has computed a little, so that it does not fail at the first model for want of a
   * library.
   *
   * @throws BackendException saying what is missing
   */
  static CudaBackend tried() {
    return tried(true);
  }

  /**
   * The same.
   *
   * @param guarded whether another process tries first where a library is missing
   */
  static CudaBackend tried(boolean guarded) {
    Device device = Device.open();
    List<String> missing = new ArrayList<>();
    CudaBackend backend = null;
    try {
      missing.addAll(Driver.loadCudnnsOwn());
      if (guarded && !missing.isEmpty()) {
        check(TrialProcess.death());
      }
      backend = new CudaBackend(device);
      OpeningTrial.run(backend, backend.memory);
      backend.memory.trim();
      check(mixed());
    } catch (RuntimeException e) {
      Closing.after(e, backend == null ? device : backend);
      throw e instanceof BackendException b ? explained(b, missing) : e;
    }
    return backend;
  }

  private static void check(Optional<String> fault) {
    fault.ifPresent(
        why -> {
          throw new BackendException(NAME + ": " + why);
        });
  }

  /** A failure with what may be behind it. */
  private static BackendException explained(BackendException e, List<String> missing) {
    List<String> reasons = new ArrayList<>();
    if (!missing.isEmpty() && e.getMessage().toLowerCase(Locale.ROOT).contains("cudnn")) {
      reasons.add(
          "cuDNN opens libraries that are missing here: "
              + String.join(", ", missing)
              + "; "
              + SystemLibraries.places());
    }
    mixed().filter(why -> !e.getMessage().contains(why)).ifPresent(reasons::add);
    return reasons.isEmpty()
        ? e
        : new BackendException(e.getMessage() + "; " + String.join("; ", reasons), e);
  }

  private static Optional<String> mixed() {
    List<String> libraries = SystemLibraries.mixedCudnn();
    return libraries.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "parts of different versions or installations of cuDNN are mixed: "
                + String.join(", ", libraries)
                + "; leave one");
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
    checkType(dtype);
    device.use();
    return PlanFrame.make(NAME, op, inputs, () -> Plans.plan(device, op, inputs, mode));
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
