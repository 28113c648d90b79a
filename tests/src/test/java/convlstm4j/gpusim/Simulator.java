package convlstm4j.gpusim;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What tests set on the simulated GPU and ask of it; {@code tests/gpusim} has the other side. Its
 * library is the {@code libcuda.so.1} of {@code LD_LIBRARY_PATH}, which JCuda loads, too.
 *
 * <p>The same can be set for a JVM that has not started yet through its environment: {@code
 * GPUSIM_NO_DEVICE=1}, {@code GPUSIM_DRIVER_VERSION}, {@code GPUSIM_COMPUTE_CAPABILITY}, {@code
 * GPUSIM_MEMORY_BYTES}, {@code GPUSIM_SCHEDULE}, {@code GPUSIM_SEED}, {@code
 * GPUSIM_CUDNN_REFUSALS}.
 */
public final class Simulator {
  private static final boolean PRESENT = load();
  private static final int OUT_OF_MEMORY = 2;
  private static final int NUMBERS = 4;

  private Simulator() {}

  /**
   * One run of a kernel.
   *
   * @param kernel name
   * @param readBytes of all its loads of global memory
   * @param writtenBytes of all its stores
   * @param distinctReadBytes each word counted once
   * @param distinctWrittenBytes each word counted once
   */
  public record KernelRun(
      String kernel,
      long readBytes,
      long writtenBytes,
      long distinctReadBytes,
      long distinctWrittenBytes) {}

  private static boolean load() {
    Optional<Path> library =
        Stream.of(System.getenv().getOrDefault("LD_LIBRARY_PATH", "").split(":"))
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "libcuda.so.1").toAbsolutePath())
            .filter(Files::isRegularFile)
            .findFirst();
    if (library.isEmpty()) {
      return false;
    }
    System.load(library.get().toString());
    try {
      deviceBytes();
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false; // NVIDIA's
    }
  }

  /** Whether this JVM runs on the simulated GPU. */
  public static boolean isPresent() {
    return PRESENT;
  }

  /**
   * Begins anew as in a new process: no context, no memory, no trace, no faults to come, settings
   * from the environment. Whatever is still open on the device becomes invalid.
   */
  public static native void reset();

  /**
   * The calls of the driver API and of cuDNN since the last {@link #clearTrace()}, oldest first.
   */
  public static List<String> trace() {
    return List.of(traceLines());
  }

  /** Forgets the calls and kernel runs so far. */
  public static native void clearTrace();

  /** The runs of kernels since the last {@link #clearTrace()}, oldest first. */
  public static List<KernelRun> kernelBytes() {
    String[] names = runNames();
    long[] bytes = runBytes();
    List<KernelRun> runs = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      int at = i * NUMBERS;
      runs.add(new KernelRun(names[i], bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]));
    }
    return runs;
  }

  /**
   * Sets the order of streams, blocks and threads.
   *
   * @param order {@code forward}, {@code reverse} or {@code random}
   * @param seed of the random order
   * @throws IllegalArgumentException if there is no such order
   */
  public static void schedule(String order, long seed) {
    if (!setSchedule(order, seed)) {
      throw new IllegalArgumentException(
          "order " + order + ", expected forward, reverse or random");
    }
  }

  /**
   * Makes one call fail.
   *
   * @param api the function, without {@code _v2}, for instance {@code cuMemAlloc}
   * @param nth which call from now, from 1
   * @param status what it returns instead of doing its work
   */
  public static native void failCall(String api, int nth, int status);

  /** Makes the n-th allocation of device memory from now, from 1, find no room. */
  public static void failAllocation(int nth) {
    failCall("cuMemAlloc", nth, OUT_OF_MEMORY);
  }

  /**
   * Makes algorithms of cuDNN refuse at random: in its list, asked for their workspace, or at work.
   * One that always gives the same bits and does not round stays.
   *
   * @param seed 0 for no more refusals
   */
  public static native void refuseAlgorithms(long seed);

  /** Forgets the calls that were to fail. */
  public static native void clearFailures();

  /** What was made and not yet destroyed, oldest first: kind, address, size. */
  public static List<String> liveObjects() {
    return List.of(objectLines());
  }

  /** Why a call was refused or work stopped, the last time that this happened; empty if never. */
  public static native String lastError();

  /** Bytes of device memory in use. */
  public static native long deviceBytes();

  /**
   * Sets what the device and its driver say of themselves.
   *
   * @param present whether there is a device
   * @param driver version, for instance 13000
   * @param capability compute capability, for instance 90 for 9.0
   * @param bytes of device memory
   */
  public static native void setDevice(boolean present, int driver, int capability, long bytes);

  /** Names of the kernels inside, sorted. */
  public static List<String> kernels() {
    return List.of(kernelLines());
  }

  /**
   * Names of the kernels that have run since this JVM began, sorted.
   *
   * @param recorded whether as part of a CUDA graph, or launched by themselves
   */
  public static List<String> launched(boolean recorded) {
    return List.of(launchedLines(recorded));
  }

  /**
   * Makes a fault active that is planted in the kernels; {@code tests/gpusim/planted}.
   *
   * @param number of the fault; 0: none
   */
  public static native void plant(int number);

  /** Hash of the sources of the kernels inside, as in {@code convlstm4j.sha256} beside a fatbin. */
  public static native String kernelHash();

  private static native String[] traceLines();

  private static native String[] runNames();

  private static native long[] runBytes();

  private static native boolean setSchedule(String order, long seed);

  private static native String[] objectLines();

  private static native String[] kernelLines();

  private static native String[] launchedLines(boolean recorded);
}
