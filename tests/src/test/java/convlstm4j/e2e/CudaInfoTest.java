package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of the backend {@code cuda} where something is missing. */
class CudaInfoTest {
  private static final String LIBRARIES = "LD_LIBRARY_PATH";

  private record Run(int exit, String output) {}

  private static Run convlstm4j(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "convlstm4j.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process p = builder.start();
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(p.waitFor(), output);
  }

  private static void infoSays(Map<String, String> environment, String what) throws Exception {
    Run info = convlstm4j(environment, "info");
    assertEquals(0, info.exit, info.output);
    List<String> lines = info.output.lines().filter(l -> l.startsWith("  cuda")).toList();
    assertEquals(1, lines.size(), info.output);
    assertTrue(lines.get(0).contains(what), lines.get(0));
  }

  @Test
  void namesTheGpu() throws Exception {
    infoSays(Map.of(), "starts: ");
    infoSays(Map.of(), "(compute capability 9.0), cuDNN 9.");
  }

  @Test
  void saysWhatIsMissing(@TempDir Path dir) throws Exception {
    infoSays(Map.of("GPUSIM_NO_DEVICE", "1"), "does not start: cuda: the driver finds no GPU");
    infoSays(
        Map.of("GPUSIM_DRIVER_VERSION", "12080"),
        "the NVIDIA driver is for CUDA 12.8; install driver 580 or newer");
    infoSays(
        Map.of("GPUSIM_CUDNN_VERSION", "8907"), "cuDNN 8907 is there; install cuDNN 9 for CUDA 13");
    infoSays(Map.of(LIBRARIES, ""), "no NVIDIA driver: libcuda.so.1 cannot be loaded");
    Path driver = Path.of(System.getenv(LIBRARIES).split(":")[0], "libcuda.so.1");
    Files.copy(driver, dir.resolve("libcuda.so.1"));
    infoSays(Map.of(LIBRARIES, dir.toString()), "no cuDNN 9: libcudnn.so.9 cannot be loaded");
  }

  /** JCuda alone would load what lies in the temporary folder under its library's name. */
  @Test
  void aPlantedLibraryIsNotLoaded(@TempDir Path dir) throws Exception {
    for (String library : List.of("JCudaDriver", "JCudnn")) {
      Path planted = dir.resolve("lib" + library + "-12.6.0-linux-x86_64.so");
      Files.writeString(planted, "planted");
      infoSays(Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + dir), "starts: ");
      assertEquals("planted", Files.readString(planted));
    }
  }

  @Test
  void nothingIsUnpackedWithoutADriver(@TempDir Path dir) throws Exception {
    Map<String, String> environment =
        Map.of(LIBRARIES, "", "JAVA_TOOL_OPTIONS", "-Dconvlstm4j.cache=" + dir);
    infoSays(environment, "no NVIDIA driver");
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
  }
}
