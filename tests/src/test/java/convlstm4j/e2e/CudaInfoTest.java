package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the command line says of the backend {@code cuda} where something is missing; most of it
 * asked of the backend alone, in a process of its own, which is there sooner.
 */
class CudaInfoTest {
  private static final String LIBRARIES = "LD_LIBRARY_PATH";
  private static final String COMMAND = "convlstm4j.cli.Main";
  private static final boolean FULL = Boolean.getBoolean("full");

  /** Without these, a further process makes the trial. */
  private static final List<String> OPENED_LATER = List.of("libnvrtc.so.13", "libcublasLt.so.13");

  private record Run(int exit, String output) {}

  private static Run convlstm4j(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return java(ClassArchive.options(), environment, COMMAND, arguments);
  }

  private static Run onClassPath(
      String classPath, Map<String, String> environment, String main, String... arguments)
      throws IOException, InterruptedException {
    return java(List.of("-cp", classPath), environment, main, arguments);
  }

  private static Run java(
      List<String> options, Map<String, String> environment, String main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Cli.java());
    command.addAll(options);
    command.add(main);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process p = builder.start();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(p.waitFor(), output);
  }

  /** The line of {@code info}, without the command line and the other backends. */
  public static final class Line {
    private Line() {}

    /** Prints it. */
    public static void main(String[] arguments) {
      BackendProvider cuda =
          Backends.providers().stream().filter(p -> p.name().equals("cuda")).findFirst().get();
      try (Backend backend = cuda.start()) {
        System.out.println(
            "  cuda starts: " + backend.description() + "; " + backend.notice().orElse(""));
      } catch (BackendException e) {
        System.out.println("  cuda does not start: " + e.getMessage());
      }
    }
  }

  private static void infoSays(Map<String, String> environment, String... what) throws Exception {
    cudaLineHas(java(ClassArchive.options(), environment, Line.class.getName()), what);
  }

  private static void cudaLineHas(Run info, String... what) {
    assertEquals(0, info.exit, info.output);
    List<String> lines = info.output.lines().filter(l -> l.startsWith("  cuda")).toList();
    assertEquals(1, lines.size(), info.output);
    for (String w : what) {
      assertTrue(lines.get(0).contains(w), lines.get(0));
    }
  }

  @Test
  void namesTheGpu() throws Exception {
    String[] what = {"starts: ", "(compute capability 9.0), cuDNN 9."};
    cudaLineHas(convlstm4j(Map.of(), "info"), what);
    if (FULL) {
      infoSays(Map.of(), what);
    }
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    infoSays(
        Map.of("GPUSIM_CUDNN_VERSION", "8907"), "cuDNN 8907 is there; install cuDNN 9 for CUDA 13");
    if (!FULL) { // the others, without a process: CudaTrainingTest
      return;
    }
    String noGpu = "does not start: cuda: the driver finds no GPU";
    infoSays(Map.of("GPUSIM_NO_DEVICE", "1"), noGpu);
    cudaLineHas(convlstm4j(Map.of("GPUSIM_NO_DEVICE", "1"), "info"), noGpu);
    infoSays(
        Map.of("GPUSIM_DRIVER_VERSION", "12080"),
        "the NVIDIA driver is for CUDA 12.8; install driver 580 or newer");
  }

  /** A build without nvcc, or for a machine without a GPU. */
  @Test
  void saysHowToGetKernels(@TempDir Path dir) throws Exception {
    List<String> path = new ArrayList<>();
    for (String entry : ClassArchive.classPath().split(File.pathSeparator)) {
      path.add(withoutKernels(Path.of(entry), dir.resolve(path.size() + ".jar")).toString());
    }
    String without = String.join(File.pathSeparator, path);
    String how = "; with CUDA 13's nvcc on the PATH, ./convlstm4j compiles them where";
    cudaLineHas(
        onClassPath(without, Map.of(), Line.class.getName()),
        "does not start: cuda: this build has no CUDA kernels" + how);
    cudaLineHas(
        onClassPath(without, Map.of(LIBRARIES, ""), COMMAND, "info"),
        "install driver 580 or newer; this build has no CUDA kernels" + how);
  }

  /** A jar or a folder, or its copy as a jar if the kernels are in it. */
  private static Path withoutKernels(Path entry, Path copy) throws IOException {
    String kernels = "convlstm4j/backend/cuda/convlstm4j.fatbin";
    if (Files.isDirectory(entry)) {
      if (!Files.exists(entry.resolve(kernels))) {
        return entry;
      }
      try (FileSystem jar = FileSystems.newFileSystem(copy, Map.of("create", "true"));
          Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path to = jar.getPath("/" + entry.relativize(file));
          Files.createDirectories(to.getParent());
          Files.copy(file, to);
        }
        Files.delete(jar.getPath(kernels));
      }
      return copy;
    }
    if (!Files.exists(entry)) {
      return entry;
    }
    try (ZipFile jar = new ZipFile(entry.toFile())) {
      if (jar.getEntry(kernels) == null) {
        return entry;
      }
    }
    Files.copy(entry, copy);
    try (FileSystem jar = FileSystems.newFileSystem(copy)) {
      Files.delete(jar.getPath(kernels));
    }
    return copy;
  }

  private static void copy(String simulated, Path to) throws IOException {
    Files.copy(Path.of(System.getenv(LIBRARIES).split(":")[0], simulated), to);
  }

  /** A folder with some of the simulated libraries. */
  private static Path folder(Path folder, List<String> libraries) throws IOException {
    Files.createDirectories(folder);
    for (String library : libraries) {
      copy(library, folder.resolve(library));
    }
    return folder;
  }

  /** cuDNN opens it only when it first convolves; some versions end the process without it. */
  @Test
  void namesWhatCudnnOpensLater(@TempDir Path dir) throws Exception {
    String name = "libcublasLt.so.13";
    List<String> others = List.of("libcuda.so.1", "libcudnn.so.9", "libnvrtc.so.13");
    Map<String, String> opens = new HashMap<>();
    opens.put(LIBRARIES, folder(dir.resolve("linked"), others).toString());
    if (FULL) {
      infoSays(opens, "starts: "); // this one does not open it
    }
    opens.put("GPUSIM_CUDNN_OPENS", name);
    String why = "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED (1008); cuDNN opens libraries that are";
    infoSays(
        opens,
        "does not start: cuda: cudnnConvolutionForward: " + why + " missing here: " + name,
        name + " (pip: nvidia-cublas; apt: libcublas-13-*; conda: libcublas); looked");
    opens.put("GPUSIM_CUDNN_ABORTS", "1");
    infoSays(
        opens,
        "does not start: cuda: cuDNN's first convolution ends the process (exit code 134)",
        ": Could not load library " + name,
        "missing here: " + name + " (pip: nvidia-cublas; ");
    List<String> wanted = List.of(name);
    folder(dir.resolve("venv/lib/python3.11/site-packages/nvidia/cu13/lib"), wanted);
    folder(dir.resolve("conda/lib"), wanted);
    Path named = folder(dir.resolve("named"), wanted);
    List<Map<String, String>> places =
        new ArrayList<>(
            List.of(
                Map.of("CONDA_PREFIX", dir.resolve("conda").toString()),
                Map.of("JAVA_TOOL_OPTIONS", "-Dconvlstm4j.cuda.path=/nowhere:" + named)));
    if (FULL) { // by default among cuDNN's wheels only
      places.add(Map.of("VIRTUAL_ENV", dir.resolve("venv").toString()));
    }
    for (Map<String, String> more : places) {
      Map<String, String> environment = new HashMap<>(opens);
      environment.putAll(more);
      infoSays(environment, "starts: ");
    }
  }

  /** A cuDNN that pip has brought, and a driver that the linker knows. */
  @Test
  void findsCudnnAmongPythonsWheels(@TempDir Path dir) throws Exception {
    folder(dir.resolve("lib/python3.12/site-packages/nvidia/cudnn/lib"), List.of("libcudnn.so.9"));
    Path driver = folder(dir.resolve("driver"), List.of("libcuda.so.1"));
    folder(driver, OPENED_LATER);
    infoSays(
        Map.of(LIBRARIES, driver.toString()),
        "no cuDNN 9: libcudnn.so.9 cannot be loaded",
        "pip: nvidia-cudnn-cu13");
    infoSays(Map.of(LIBRARIES, driver.toString(), "VIRTUAL_ENV", dir.toString()), "starts: ");
    Path python = Files.createDirectories(dir.resolve("bin")).resolve("python3");
    Files.writeString(python, "");
    assertTrue(python.toFile().setExecutable(true));
    infoSays(
        Map.of(LIBRARIES, driver.toString(), "PATH", python.getParent().toString()), "starts: ");
  }

  @Test
  void refusesPartsOfTwoVersions(@TempDir Path dir) throws Exception {
    folder(dir, List.of("libcuda.so.1"));
    folder(dir, OPENED_LATER);
    copy("libcudnn.so.9", dir.resolve("libcudnn.so.9.10.2"));
    Files.createSymbolicLink(dir.resolve("libcudnn.so.9"), Path.of("libcudnn.so.9.10.2"));
    Files.writeString(dir.resolve("libcudnn_ops.so.9.10.2"), "");
    Path ops = dir.resolve("libcudnn_ops.so.9");
    Files.createSymbolicLink(ops, Path.of("libcudnn_ops.so.9.10.2"));
    infoSays(Map.of(LIBRARIES, dir.toString()), "starts: ");
    Files.delete(ops);
    Files.writeString(dir.resolve("libcudnn_ops.so.9.5.0"), "");
    Files.createSymbolicLink(ops, Path.of("libcudnn_ops.so.9.5.0"));
    infoSays(
        Map.of(LIBRARIES, dir.toString()),
        "does not start: cuda: parts of different versions or installations of cuDNN are mixed: ",
        "libcudnn_ops.so.9.5.0");
  }

  /** By default {@link #autoTakesWhatComputes} alone says so. */
  @EnabledIfSystemProperty(named = "full", matches = "true")
  @Test
  void refusesADeviceThatComputesWrong() throws Exception {
    infoSays(Map.of("GPUSIM_CUDNN_WRONG", "1"), "does not start: cuda: a first convolution gives ");
  }

  /** What a program does that asks for the fastest backend. */
  public static final class Auto {
    private Auto() {}

    /** Starts it. */
    public static void main(String[] arguments) {
      try (Backend backend = Backends.auto()) {
        System.out.println("taken: " + backend.name());
      }
    }
  }

  /** Only after it has computed, and with one line that nobody has measured it. */
  @Test
  void autoTakesWhatComputes() throws Exception {
    String notice = "no GPU has been measured by its authors yet";
    Run sound = java(ClassArchive.options(), Map.of(), Auto.class.getName());
    assertEquals(1, sound.output.lines().filter("taken: cuda"::equals).count(), sound.output);
    assertEquals(1, sound.output.lines().filter(l -> l.contains(notice)).count(), sound.output);
    Run wrong =
        java(ClassArchive.options(), Map.of("GPUSIM_CUDNN_WRONG", "1"), Auto.class.getName());
    assertEquals(1, wrong.output.lines().filter("taken: onednn"::equals).count(), wrong.output);
    String why = "refused: [cuda: a first convolution gives ";
    assertEquals(1, wrong.output.lines().filter(l -> l.contains(why)).count(), wrong.output);
  }

  /** The notice goes once there is a result. */
  @Test
  void saysThatNoGpuWasMeasuredUntilOneWas() throws Exception {
    boolean measured = false;
    Path results = Path.of(System.getProperty("convlstm4j.root", ".."), "bench/results");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(results, "*.csv")) {
      for (Path file : files) {
        List<String> lines = Files.readAllLines(file);
        int contender = List.of(lines.get(0).split(",", -1)).indexOf("contender");
        measured |=
            contender >= 0
                && lines.stream().anyMatch(l -> List.of(l.split(",", -1)).contains("cuda"));
      }
    }
    try (Backend backend = Backends.named("cuda")) {
      assertEquals(measured, backend.notice().isEmpty());
      String notice = backend.notice().orElse("");
      assertTrue(measured || notice.contains("no GPU has been measured by its authors yet"));
    }
  }

  /** JCuda alone would load what lies in the temporary folder under its library's name. */
  @Test
  void aPlantedLibraryIsNotLoaded(@TempDir Path dir) throws Exception {
    List<Path> planted = new ArrayList<>();
    for (String library : List.of("JCudaDriver", "JCudnn")) {
      Path file = dir.resolve("lib" + library + "-12.6.0-linux-x86_64.so");
      planted.add(Files.writeString(file, "planted"));
    }
    infoSays(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + dir), "starts: ");
    for (Path file : planted) {
      assertEquals("planted", Files.readString(file));
    }
  }

  @Test
  void nothingIsUnpackedWithoutADriver(@TempDir Path dir) throws Exception {
    Map<String, String> environment =
        Map.of(LIBRARIES, "", "JAVA_TOOL_OPTIONS", "-Dconvlstm4j.cache=" + dir);
    infoSays(environment, "no NVIDIA driver: libcuda.so.1 cannot be loaded");
    try (Stream<Path> files = Files.walk(dir)) {
      List<Path> cuda = files.filter(f -> f.getFileName().toString().contains("JCud")).toList();
      assertEquals(List.of(), cuda);
    }
  }

  @Test
  void theBackendAskedForIsNotReplaced(@TempDir Path dir) throws Exception {
    Run demo =
        convlstm4j(
            Map.of("GPUSIM_NO_DEVICE", "1"),
            "demo",
            "--backend",
            "cuda",
            "--output",
            dir.resolve("demo").toString());
    assertTrue(demo.exit != 0, demo.output);
    assertTrue(demo.output.contains("cuda: the driver finds no GPU"), demo.output);
    assertFalse(Files.exists(dir.resolve("demo")), "videos were made for it");
  }
}
