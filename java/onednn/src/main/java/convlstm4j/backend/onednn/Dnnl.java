package convlstm4j.backend.onednn;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.NativeAccess;
import convlstm4j.backend.NativeCache;
import convlstm4j.backend.Workers;
import java.io.IOException;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.opencl.presets.OpenCL;
import org.jspecify.annotations.Nullable;

/** The loaded library with its engine and stream; the only place that loads it. */
final class Dnnl implements AutoCloseable {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  /** A class of each module with native code: JavaCPP, oneDNN, what that links to, and ours. */
  private static final Class<?>[] NATIVE = {
    Loader.class, dnnl.class, OpenCL.class, NativeKernels.class
  };

  private final engine cpu;
  private final stream queue;
  private final NativeKernels.Found found;

  private Dnnl() {
    this.cpu = new engine(engine.kind.cpu, 0);
    this.queue = new stream(cpu);
    this.found = NativeKernels.load();
  }

  /**
   * Loads the library.
   *
   * @throws BackendException if it does not load; the cause is kept
   */
  static Dnnl start() {
    // JavaCPP would else count our native memory against the Java heap's limit.
    for (String limit : new String[] {"maxBytes", "maxPhysicalBytes"}) {
      String key = "org.bytedeco.javacpp." + limit;
      if (System.getProperty(key) == null) {
        System.setProperty(key, "0");
      }
    }
    NativeCache cache = NativeCache.open();
    if (System.getProperty(CACHE) == null) {
      // Its own default may lie in a folder that others write to.
      System.setProperty(CACHE, cache.folder("javacpp").toString());
    }
    try {
      // Where the application chose it, or used JavaCPP before us, it is another.
      NativeCache.checkPrivate(Loader.getCacheDir().toPath());
      Loader.load(dnnl.class);
      return new Dnnl();
    } catch (BackendException e) {
      throw new BackendException(OneDnnBackend.NAME + ": " + e.getMessage(), e);
    } catch (LinkageError | RuntimeException | IOException e) {
      throw new BackendException(
          OneDnnBackend.NAME
              + ": the native library does not load on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + firstLine(e)
              + NativeAccess.advice(e, NATIVE)
              + cache.advice(e),
          e);
    }
  }

  private static String firstLine(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    String line = message.lines().findFirst().orElse("");
    // Such as "No space left on device", which says it all.
    boolean plain = root instanceof IOException && !line.isEmpty();
    return plain ? line : root.getClass().getSimpleName() + ": " + line;
  }

  engine engine() {
    return cpu;
  }

  stream stream() {
    return queue;
  }

  /** Our own kernels, or null where they are not. */
  @Nullable NativeKernels kernels() {
    return found.kernels();
  }

  String description() {
    org.bytedeco.dnnl.dnnl_version_t v = dnnl.dnnl_version();
    return "oneDNN "
        + v.major()
        + "."
        + v.minor()
        + "."
        + v.patch()
        + ", "
        + isa()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + Workers.threads()
        + " Java threads, "
        + (found.kernels() == null
            ? "kernels in Java (" + found.reason() + ")"
            : "kernels in C++ ("
                + found.kernels().name()
                + ", "
                + found.kernels().threads()
                + " threads)");
  }

  /** The instruction set that oneDNN uses, by its own name. */
  private static String isa() {
    return switch (dnnl.dnnl_get_effective_cpu_isa()) {
      case dnnl.dnnl_cpu_isa_sse41 -> "SSE4.1";
      case dnnl.dnnl_cpu_isa_avx -> "AVX";
      case dnnl.dnnl_cpu_isa_avx2, dnnl.dnnl_cpu_isa_avx2_vnni, dnnl.dnnl_cpu_isa_avx2_vnni_2 ->
          "AVX2";
      default -> "AVX-512 or newer";
    };
  }

  /** Describes a dense array whose last dimension is contiguous, or any other strides. */
  static memory.desc desc(long[] dims, long[] strides) {
    try (LongPointer d = new LongPointer(dims);
        LongPointer s = new LongPointer(strides)) {
      return new memory.desc(d, memory.data_type.f32, s);
    }
  }

  /** Describes an array by a layout's name. */
  static memory.desc desc(long[] dims, memory.format_tag tag) {
    try (LongPointer d = new LongPointer(dims)) {
      return new memory.desc(d, memory.data_type.f32, tag);
    }
  }

  @Override
  public void close() {
    queue.close();
    cpu.close();
  }
}
