package convlstm4j.backend.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Owned;
import convlstm4j.tensor.Philox;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * The first GPU: its primary context, one stream on which everything runs in order, the kernels and
 * a cuDNN handle.
 */
final class Device implements AutoCloseable {
  /** Threads of a block, as the kernels are compiled for. */
  static final int BLOCK = 256;

  /** What algorithms of cuDNN may want where a model does not fit otherwise, ever less. */
  static final List<Long> WORKSPACES = List.of(8L << 20, 1L << 20, 0L);

  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int OLDEST_DRIVER = 13000;
  private static final int OLDEST_CAPABILITY = 75;

  private final CUdevice device;
  private final CUcontext context;
  private final Owned owned = new Owned();
  private final String description;
  private final Arguments arguments = new Arguments();
  private final int multiprocessors;
  private final CUstream stream = new CUstream();
  private final KernelModule kernels;
  private final Cudnn cudnn;
  private final ExtraWorkspace extraWorkspace;
  private final EventClock clock;
  private @Nullable Thread user;
  private boolean closed;
  private @Nullable RandomKeys recording;
  private boolean capturing;
  private boolean mayRound;
  private long mostWorkspace = Long.MAX_VALUE;

  private final Map<Object, Algorithms> algorithms = new HashMap<>();

  /** Where a recording's kernels find random numbers, on the device. */
  interface RandomKeys {
    /** The address of a generator's seed and stream. */
    long address(Philox random);
  }

  private Device(CUdevice device, String description, byte[] image) {
    this.device = device;
    this.description = description;
    this.context = new CUcontext();
    try {
      retain();
      multiprocessors = attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
      Driver.call(
          "cuStreamCreate",
          () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
      owned.own(() -> Driver.call("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(stream)));
      kernels = owned.own(new KernelModule(image));
      cudnn = owned.own(new Cudnn(stream));
      extraWorkspace = owned.own(new ExtraWorkspace(this::isCapturing, this::synchronize));
      clock = owned.own(new EventClock(stream));
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  private void retain() {
    Driver.call(
        "cuDevicePrimaryCtxRetain", () -> JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    owned.own(
        () ->
            Driver.call(
                "cuDevicePrimaryCtxRelease", () -> JCudaDriver.cuDevicePrimaryCtxRelease(device)));
    use();
  }

  /**
   * Opens the first GPU.
   *
   * @throws BackendException saying in one line what is missing
   */
  static Device open() {
    Driver.load();
    try {
      Driver.call("cuInit", () -> JCudaDriver.cuInit(0));
    } catch (BackendException e) {
      if (String.valueOf(e.getMessage())
          .contains(CUresult.stringFor(CUresult.CUDA_ERROR_NO_DEVICE))) {
        throw BackendException.noDevice(CudaBackend.NAME + ": the driver finds no GPU", e);
      }
      throw e;
    }
    int[] number = new int[1];
    Driver.call("cuDriverGetVersion", () -> JCudaDriver.cuDriverGetVersion(number));
    if (number[0] < OLDEST_DRIVER) {
      throw refuse(
          "the NVIDIA driver is for CUDA " + version(number[0]) + "; install driver 580 or newer");
    }
    Driver.call("cuDeviceGetCount", () -> JCudaDriver.cuDeviceGetCount(number));
    if (number[0] == 0) {
      throw BackendException.noDevice(CudaBackend.NAME + ": the driver finds no GPU", null);
    }
    CUdevice device = new CUdevice();
    Driver.call("cuDeviceGet", () -> JCudaDriver.cuDeviceGet(device, 0));
    byte[] name = new byte[256];
    Driver.call("cuDeviceGetName", () -> JCudaDriver.cuDeviceGetName(name, name.length, device));
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    String model = new String(name, 0, end, StandardCharsets.UTF_8);
    int capability =
        10 * attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    if (capability < OLDEST_CAPABILITY) {
      throw refuse(
          model
              + " has compute capability "
              + capability / 10.0
              + "; the kernels need "
              + OLDEST_CAPABILITY / 10.0
              + " or newer");
    }
    byte[] image = KernelImage.bytes();
    long version = Driver.loadCudnn();
    if (version / 10000 != 9) {
      throw refuse("cuDNN " + version + " is there; install cuDNN 9 for CUDA 13");
    }
    return new Device(
        device,
        model
            + " (compute capability "
            + capability / 10.0
            + "), cuDNN "
            + version / 10000
            + "."
            + version / 100 % 100
            + "."
            + version % 100,
        image);
  }

  private static int attribute(CUdevice device, int which) {
    int[] value = new int[1];
    Driver.call(
        "cuDeviceGetAttribute", () -> JCudaDriver.cuDeviceGetAttribute(value, which, device));
    return value[0];
  }

  private static String version(int v) {
    return v / 1000 + "." + v % 1000 / 10;
  }

  private static BackendException refuse(String why) {
    return new BackendException(CudaBackend.NAME + ": " + why);
  }

  /** Makes the context current in the calling thread. */
  void use() {
    Backend.checkOpen(CudaBackend.NAME, closed);
    if (user != Thread.currentThread()) {
      Driver.call("cuCtxSetCurrent", () -> JCudaDriver.cuCtxSetCurrent(context));
      user = Thread.currentThread();
    }
  }

  /** Does the work of a recording, whose generators are there. */
  void within(RandomKeys r, Runnable work) {
    if (recording != null) {
      throw new IllegalStateException("one recording within another");
    }
    recording = r;
    try {
      work.run();
    } finally {
      recording = null;
    }
  }

  /** Starts work while its stream is being captured. */
  void capturing(Runnable work) {
    capturing = true;
    try {
      work.run();
    } finally {
      capturing = false;
    }
  }

  /** Whether what is started becomes part of a graph instead of being done. */
  boolean isCapturing() {
    return capturing;
  }

  /** Whether what is started is part of a recording. */
  boolean isRecording() {
    return recording != null;
  }

  String description() {
    return description;
  }

  /** Size of the second-level cache; 0 if the driver does not tell. */
  long cacheBytes() {
    return attribute(device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  }

  CUstream stream() {
    return stream;
  }

  Cudnn cudnn() {
    return cudnn;
  }

  /** The algorithms of cuDNN's for a convolution: asked for once. */
  Algorithms algorithms(Object convolution, Supplier<Algorithms> choice) {
    return algorithms.computeIfAbsent(convolution, c -> choice.get());
  }

  EventClock clock() {
    return clock;
  }

  /** Makes plans whose algorithms of cuDNN take less workspace: by level, 0 the usual. */
  <T> T frugal(int level, Supplier<T> planning) {
    long before = mostWorkspace;
    mostWorkspace = level == 0 ? Long.MAX_VALUE : WORKSPACES.get(level - 1);
    try {
      return planning.get();
    } finally {
      mostWorkspace = before;
    }
  }

  /**
   * The most bytes of workspace that an algorithm of cuDNN may want.
   *
   * @throws BackendException if the property that says so is wrong
   */
  long workspaceBytes() {
    return Math.min(mostWorkspace, Settings.workspaceBytes());
  }

  /** Says whether plans made from now on may round operands to TensorFloat-32. */
  void mayRound(boolean value) {
    mayRound = value;
  }

  boolean mayRound() {
    return mayRound;
  }

  ExtraWorkspace extraWorkspace() {
    return extraWorkspace;
  }

  /** A new struct of arguments; only one is in use at a time. */
  Arguments arguments() {
    return arguments.clear();
  }

  /** {@code RandomKey} of cuda/include/philox.h: by value, or in a recording where to find it. */
  Arguments putRandom(Arguments a, Philox random) {
    a.address(recording == null ? 0 : recording.address(random));
    return a.put64(random.seed()).put64(random.stream());
  }

  /** {@code RandomPart} of cuda/include/philox.h. */
  static Arguments putPart(Arguments a, Philox.Part part) {
    return a.put64(part.first()).put64(part.gap()).divisor(part.gap() == 0 ? 1 : part.block());
  }

  /**
   * Starts a kernel with a thread per element, or fewer that loop over them.
   *
   * @param kernel name
   * @param elements how many there are; 0 starts nothing
   * @param a its argument
   */
  void launch(String kernel, long elements, Arguments a) {
    long blocks =
        Math.min(
            (elements + BLOCK - 1) / BLOCK, (long) multiprocessors * BLOCKS_PER_MULTIPROCESSOR);
    launchBlocks(kernel, blocks, a);
  }

  /**
   * Starts a kernel with a number of blocks that its result may depend on.
   *
   * @param kernel name
   * @param blocks how many; 0 starts nothing
   * @param a its argument
   */
  void launchBlocks(String kernel, long blocks, Arguments a) {
    if (blocks == 0) {
      return;
    }
    int grid = Math.toIntExact(blocks);
    Driver.call(
        "cuLaunchKernel(" + kernel + ")",
        () ->
            JCudaDriver.cuLaunchKernel(
                kernels.function(kernel),
                grid,
                1,
                1,
                BLOCK,
                1,
                1,
                0,
                stream,
                a.parameters(),
                null));
  }

  /** Sets bytes to zero. */
  void zero(long address, long bytes) {
    if (bytes > 0) {
      Driver.call(
          "cuMemsetD8Async",
          () -> JCudaDriver.cuMemsetD8Async(Address.of(address), (byte) 0, bytes, stream));
    }
  }

  /** Sets floats to a value. */
  void fill(long address, float value, long elements) {
    int bits = Float.floatToRawIntBits(value);
    Driver.call(
        "cuMemsetD32Async",
        () -> JCudaDriver.cuMemsetD32Async(Address.of(address), bits, elements, stream));
  }

  /** Copies bytes within the device. */
  void copy(long from, long to, long bytes) {
    if (bytes > 0) {
      Driver.call(
          "cuMemcpyDtoDAsync",
          () -> JCudaDriver.cuMemcpyDtoDAsync(Address.of(to), Address.of(from), bytes, stream));
    }
  }

  /** Waits until all that was started has ended. */
  void synchronize() {
    Driver.call("cuStreamSynchronize", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  @Override
  public void close() {
    closed = true;
    owned.close();
  }

  boolean isClosed() {
    return closed;
  }
}
