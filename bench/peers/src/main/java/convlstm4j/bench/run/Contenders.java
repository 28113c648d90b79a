package convlstm4j.bench.run;

import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.bench.worker.ours.OursMain;
import convlstm4j.bench.worker.torch.TorchMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who can take part, and how their processes are started. */
final class Contenders {
  static final String TORCH = "torch";

  /** Ends the names of another commit's backends. */
  private static final String BEFORE = "-before";

  private static final String BIGDL = "bigdl";
  private static final String TFJS = "tfjs-";
  private static final String WASM = "wasm";
  private static final String CPU = "cpu";

  /** The peer that ratios refer to where it takes part. */
  static final String TUNED = "torch-tuned";

  /** The peer that ratios refer to elsewhere: PyTorch on a GPU, op by op. */
  static final String TORCH_GPU = "torch-gpu";

  private static final String TORCH_GPU_COMPILED = TORCH_GPU + "-compiled";

  /**
   * glibc's allocator told to keep memory: it gives back every large block otherwise, and touching
   * fresh pages costs PyTorch up to two thirds of its time.
   */
  private static final Map<String, String> TUNED_ALLOCATOR =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_THRESHOLD_", "4294967296",
          "MALLOC_TRIM_THRESHOLD_", "4294967296",
          "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

  /** As BigDL's own {@code bigdl.sh} sets, but for its single thread of MKL. */
  private static final Map<String, String> BIGDL_ENVIRONMENT =
      Map.of("KMP_BLOCKTIME", "0", "OMP_WAIT_POLICY", "passive");

  private final int threads;
  private final Map<String, String> absences;
  private final Path cache;
  private final String bigdlClassPath;
  private final Path tfjs;
  private final String python;
  private final Path torchScript;

  /**
   * Prepares the list.
   *
   * @param threads of each contender
   * @param absences name of a peer, or of several before a dash, to why it cannot be had
   * @param cache where peers may unpack their libraries
   * @param bigdlClassPath of the process that holds BigDL
   * @param tfjs folder of the worker that holds TensorFlow.js
   * @param python the command of a Python that has PyTorch for GPUs
   * @param torchScript the worker that it runs
   */
  Contenders(
      int threads,
      Map<String, String> absences,
      Path cache,
      String bigdlClassPath,
      Path tfjs,
      String python,
      Path torchScript) {
    this.threads = threads;
    this.absences = absences;
    this.cache = cache;
    this.bigdlClassPath = bigdlClassPath;
    this.tfjs = tfjs;
    this.python = python;
    this.torchScript = torchScript;
  }

  static List<String> backends() {
    return Backends.providers().stream().map(BackendProvider::name).toList();
  }

  /** Those that compute on the processor. */
  static List<String> peers() {
    return List.of(TUNED, TORCH, BIGDL, TFJS + WASM, TFJS + CPU);
  }

  /** Those that need a GPU. */
  static List<String> gpuPeers() {
    return List.of(TORCH_GPU, TORCH_GPU_COMPILED);
  }

  static boolean isBackend(String contender) {
    return !peers().contains(contender) && !gpuPeers().contains(contender);
  }

  /** The contender that ratios refer to. */
  static String yardstick(List<String> contenders) {
    return contenders.contains(TORCH_GPU) && !contenders.contains(TUNED) ? TORCH_GPU : TUNED;
  }

  Contender backend(String name) {
    return backend(name, name, System.getProperty("java.class.path"));
  }

  /** A backend of another commit, called so. */
  Contender before(String backend, String classPath) {
    return backend(backend + BEFORE, backend, classPath);
  }

  private Contender backend(String name, String backend, String classPath) {
    if (!backends().contains(backend)) {
      return Contender.absent(name, "there is no such backend; there are " + backends());
    }
    // As the launcher of the command line does with --threads.
    List<String> command =
        java(
            classPath,
            OursMain.class.getName(),
            List.of(
                "-XX:+UseSerialGC",
                "-Xms8m",
                "-XX:MaxHeapFreeRatio=50",
                "-XX:-ShrinkHeapInSteps",
                "-XX:ActiveProcessorCount=" + threads,
                "-Dconvlstm4j.threads=" + threads,
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (threads - 1)),
            backend,
            String.valueOf(threads));
    Map<String, String> waiting = Map.of("OMP_WAIT_POLICY", "passive", "GOMP_SPINCOUNT", "10000");
    return new Contender(name, command, environment(waiting), "");
  }

  /** Why a peer cannot be had, told for all that come from one package. */
  private String absence(String name) {
    for (Map.Entry<String, String> a : absences.entrySet()) {
      if (name.equals(a.getKey()) || name.startsWith(a.getKey() + "-")) {
        return a.getValue();
      }
    }
    return null;
  }

  Contender peer(String name) {
    String absence = absence(name);
    if (absence != null) {
      return Contender.absent(name, absence);
    }
    return switch (name) {
      case TUNED -> torch(name, TUNED_ALLOCATOR);
      case TORCH -> torch(name, Map.of());
      case BIGDL ->
          new Contender(
              name,
              java(
                  bigdlClassPath,
                  "convlstm4j.bench.worker.bigdl.BigdlMain",
                  List.of("-XX:+UseParallelGC", "-Xmx8g"),
                  String.valueOf(threads)),
              environment(BIGDL_ENVIRONMENT),
              "");
      case TORCH_GPU -> torchOnGpu(name, "eager");
      case TORCH_GPU_COMPILED -> torchOnGpu(name, "compiled");
      case TFJS + WASM -> tfjs(name, WASM);
      case TFJS + CPU -> tfjs(name, CPU);
      default ->
          throw new IllegalArgumentException(
              "peer \"" + name + "\" is unknown, expected some of " + peers() + ", " + gpuPeers());
    };
  }

  private Contender torchOnGpu(String name, String how) {
    List<String> command = List.of(python, torchScript.toString(), "cuda", how);
    return new Contender(name, command, Map.of(), "");
  }

  private Contender torch(String name, Map<String, String> allocator) {
    Map<String, String> environment = new LinkedHashMap<>(allocator);
    environment.put("DJL_CACHE_DIR", cache.resolve("djl").toString());
    environment.put("OPT_OUT_TRACKING", "true");
    // The JVM around it needs little: its memory is not to be held against PyTorch.
    List<String> options = List.of("-XX:+UseSerialGC", "-Xmx2g");
    return new Contender(
        name,
        java(TorchMain.class, options, String.valueOf(threads)),
        environment(environment),
        "");
  }

  private Contender tfjs(String name, String backend) {
    List<String> command =
        List.of(
            "node",
            "--max-old-space-size=8192",
            tfjs.resolve("worker.js").toString(),
            backend,
            String.valueOf(threads));
    return new Contender(name, command, Map.of(), "");
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(more);
    all.put("OMP_NUM_THREADS", String.valueOf(threads));
    return all;
  }

  private static List<String> java(Class<?> main, List<String> options, String... arguments) {
    return java(System.getProperty("java.class.path"), main.getName(), options, arguments);
  }

  private static List<String> java(
      String classPath, String main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }
}
