package convlstm4j.backend.onednn;

import convlstm4j.backend.NativeAccess;
import convlstm4j.backend.NativeCache;
import convlstm4j.op.GateOrder;
import convlstm4j.option.Activation;
import java.lang.ref.Reference;
import java.net.URL;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Our own kernels in C++ ({@code cpu/} in the sources): the gates, ConvLSTM steps by Winograd's
 * algorithm, pooling, resampling, and normalisation. They share oneDNN's threads, so oneDNN is
 * loaded before them. A kernel takes one of {@link Structs}; strides count floats. See {@code
 * cpu/include/kernels.h} for shapes.
 */
final class NativeKernels {
  /** Name of an instruction set that is to be used: avx512, avx2 or baseline. */
  static final String ISA_PROPERTY = "convlstm4j.onednn.isa";

  private static final String LIBRARY = "libconvlstm4j.so";

  /** The activations, of which softmax is none of a cell's, in the order of C++'s numbers. */
  private static final List<Activation.Kind> ACTIVATIONS =
      List.of(
          Activation.Kind.LINEAR,
          Activation.Kind.RELU,
          Activation.Kind.TANH,
          Activation.Kind.SIGMOID,
          Activation.Kind.HARD_SIGMOID_KERAS2,
          Activation.Kind.HARD_SIGMOID_KERAS3,
          Activation.Kind.ELU,
          Activation.Kind.LEAKY_RELU,
          Activation.Kind.SOFTPLUS,
          Activation.Kind.SWISH);

  /** The kernels, in the order of their numbers, with the struct of each. */
  enum Kernel {
    GATES_FORWARD(Structs.GatesForward.class),
    CELLS_AGAIN(Structs.CellsAgain.class),
    GATES_BACKWARD(Structs.GatesBackward.class),
    FORWARD_FLOATS(Structs.Winograd.class),
    DATA_FLOATS(Structs.Winograd.class),
    WEIGHTS_FLOATS(Structs.Winograd.class),
    SCRATCH_FLOATS(Structs.Winograd.class),
    PACK_FORWARD(Structs.WinogradPack.class),
    PACK_DATA(Structs.WinogradPack.class),
    WINOGRAD_FORWARD(Structs.WinogradForward.class),
    WINOGRAD_DATA(Structs.WinogradData.class),
    WINOGRAD_WEIGHTS(Structs.WinogradWeights.class),
    UNPACK_WEIGHTS(Structs.WinogradGradients.class),
    GROUP_DOUBLES(Structs.Groups.class),
    GROUP_MOMENTS(Structs.GroupMoments.class),
    GROUP_NORMALIZE(Structs.GroupNormalize.class),
    GROUP_GRADIENT_SUMS(Structs.GroupGradientSums.class),
    GROUP_INPUT_GRADIENT(Structs.GroupInputGradient.class),
    STANDARDIZE_DOUBLES(Structs.Standardize.class),
    STANDARDIZE_FORWARD(Structs.StandardizeForward.class),
    STANDARDIZE_BACKWARD(Structs.StandardizeBackward.class),
    RESAMPLE(Structs.Resample.class),
    POOL_FORWARD(Structs.PoolForward.class),
    POOL_BACKWARD(Structs.PoolBackward.class);

    private final Class<?> struct;
    private final String description;

    <F extends Enum<F> & Structs.Field> Kernel(Class<F> struct) {
      this.struct = struct;
      this.description = lower(name()) + " " + Structs.describe(struct);
    }
  }

  private static boolean loaded;

  private final long handle;
  private int threads;
  private final String name;

  private NativeKernels(long handle) {
    this.handle = handle;
    this.threads = maxThreads();
    this.name = name(handle);
  }

  /** The kernels, or why they are not there. */
  record Found(@Nullable NativeKernels kernels, String reason) {}

  /**
   * Loads the library if there is one for this machine.
   *
   * @throws convlstm4j.backend.BackendException if it cannot be unpacked, as oneDNN's own cannot
   *     then
   */
  static Found load() {
    String platform = Loader.getPlatform();
    URL resource = find(platform);
    if (resource == null) {
      return new Found(
          null,
          "this build has no native kernels for "
              + platform
              + "; one for linux-x86_64 made where cmake, make and c++ are has them");
    }
    try {
      load(resource);
      String difference = difference(expected(), describe());
      if (!difference.isEmpty()) {
        return new Found(null, "the native kernels are of another build: " + difference);
      }
      String wanted = System.getProperty(ISA_PROPERTY, "");
      long handle = choose(wanted);
      return handle == 0
          ? new Found(null, "this machine has no kernels named " + wanted)
          : new Found(new NativeKernels(handle), "");
    } catch (UnsatisfiedLinkError | IllegalCallerException e) {
      return new Found(
          null,
          "the native kernels do not load: "
              + e.getMessage()
              + NativeAccess.advice(e, NativeKernels.class)
              + NativeCache.open().advice(e));
    }
  }

  /** The library for a platform, or null; it lies in a jar, so perhaps in a module, of its own. */
  static @Nullable URL find(String platform) {
    String folder = NativeKernels.class.getPackageName().replace('.', '/');
    return NativeKernels.class
        .getClassLoader()
        .getResource(folder + "/" + platform + "/" + LIBRARY);
  }

  /** Once: a library that is loaded stays so, and need not be compared with its resource again. */
  private static synchronized void load(URL resource) {
    if (!loaded) {
      System.load(NativeCache.open().unpack(resource, LIBRARY).toString());
      loaded = true;
    }
  }

  /** What a library of this build says of itself. */
  static String expected() {
    String activations =
        ACTIVATIONS.stream().map(a -> " " + lower(a.name())).collect(Collectors.joining());
    String gates =
        Stream.of(GateOrder.values())
            .sorted(Comparator.comparingInt(GateOrder::index))
            .map(g -> " " + lower(g.name()))
            .collect(Collectors.joining());
    return Stream.of(Kernel.values())
        .map(k -> k.description)
        .collect(
            Collectors.joining(
                "",
                "activations:"
                    + activations
                    + "\ngates:"
                    + gates
                    + "\n"
                    + Structs.describe(Structs.Cell.class)
                    + Structs.describe(Structs.Pool.class)
                    + Structs.describe(Structs.ResampleTable.class),
                ""));
  }

  /** The first line in which a library differs from what is expected of it, or nothing. */
  static String difference(String expected, String said) {
    List<String> wanted = expected.lines().toList();
    List<String> got = said.lines().toList();
    for (int k = 0; k < Math.max(wanted.size(), got.size()); k++) {
      String want = k < wanted.size() ? wanted.get(k) : "nothing";
      String have = k < got.size() ? got.get(k) : "nothing";
      if (!want.equals(have)) {
        return "they have \"" + have + "\" where \"" + want + "\" is expected";
      }
    }
    return "";
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** The instruction set. */
  String name() {
    return name;
  }

  int threads() {
    return threads;
  }

  /** Bounds the threads of calls that this thread makes, oneDNN's too: it uses the same OpenMP. */
  void threads(int most) {
    threads = most;
    setThreads(most);
  }

  /** The number that the native side gives an activation. */
  static int code(Activation a) {
    int code = ACTIVATIONS.indexOf(a.kind());
    if (code < 0) {
      throw new IllegalStateException(a.kind() + " is not element-wise");
    }
    return code;
  }

  /**
   * Runs a kernel.
   *
   * @return the size that it is to tell, or 0
   */
  @SuppressWarnings("EnumOrdinal") // the library's table has the same order, as load() has seen
  long run(Kernel kernel, Struct<?> arguments) {
    if (arguments.type() != kernel.struct) {
      throw new IllegalArgumentException(
          kernel + " takes a " + kernel.struct + ", not a " + arguments.type());
    }
    try {
      return run(handle, kernel.ordinal(), arguments.address(), threads);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  /** All that Java has to know of the library, line by line. */
  static native String describe();

  private static native long choose(String wanted);

  /** OpenMP's number of threads: OMP_NUM_THREADS, or all cores. */
  private static native int maxThreads();

  private static native void setThreads(int most);

  private static native String name(long handle);

  private static native long run(long handle, int kernel, long arguments, int threads);
}
