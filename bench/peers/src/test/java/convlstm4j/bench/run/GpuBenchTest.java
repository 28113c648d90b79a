package convlstm4j.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Tasks;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as bench/gpu-run starts it, on the simulated driver of {@code tests/gpusim}. */
class GpuBenchTest {
  private static final Path SIMULATOR =
      Path.of("..", "..", "tests", "gpusim", "target").toAbsolutePath().normalize();

  private static final List<String> TASKS =
      Boolean.getBoolean("full")
          ? List.of(Tasks.TINY, Tasks.TINY_ARTICLE)
          : List.of(Tasks.TINY_ARTICLE);

  @TempDir Path folder;

  /** Runs the benchmark in a process of its own and gives its exit code. */
  private int bench(String... options) throws IOException, InterruptedException {
    assumeTrue(
        Files.exists(SIMULATOR.resolve("libcuda.so.1")),
        "no simulated driver in " + SIMULATOR + "; build tests/gpusim first");
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Djava.awt.headless=true",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--work",
                folder.toString(),
                "--output",
                folder.resolve("gpu").toString()));
    command.addAll(List.of(options));
    ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true);
    b.redirectOutput(folder.resolve("log").toFile());
    b.environment().put("LD_LIBRARY_PATH", SIMULATOR.toString());
    return b.start().waitFor();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
  }

  private List<NamedCsvRecord> lines() throws IOException {
    List<NamedCsvRecord> lines = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(folder.resolve("gpu.csv"))) {
      csv.forEach(lines::add);
    }
    return lines;
  }

  @Test
  void everyPassIsCheckedAndTimedByTheDevice() throws Exception {
    int code =
        bench(
            "--shapes",
            String.join(",", TASKS),
            "--passes",
            "forward,training,step",
            "--backends",
            "cuda",
            "--peers",
            "torch-gpu,torch-gpu-compiled",
            "--absent",
            "torch-gpu=no PyTorch",
            "--rounds",
            "2",
            "--warm-up",
            "0.01",
            "--turn",
            "0.01",
            "--no-memory");
    assertEquals(0, code, log());
    List<NamedCsvRecord> all = lines();
    assertEquals(TASKS.size() * Pass.values().length * 3, all.size());
    for (NamedCsvRecord r : all) {
      String which = r.getField("task") + " " + r.getField("pass") + ": " + r.getFields();
      if (!r.getField("contender").equals("cuda")) {
        assertEquals("no PyTorch", r.getField("problem"), which);
        continue;
      }
      assertEquals("", r.getField("problem"), which);
      assertEquals("cuda events", r.getField("clock"), which);
      assertTrue(r.getField("device").startsWith("Simulated GPU"), which);
      double onDevice = Double.parseDouble(r.getField("median_ms"));
      double byHost = Double.parseDouble(r.getField("wall_median_ms"));
      // The simulated clock counts launches and bytes; the host's runs much longer.
      assertTrue(onDevice > 0 && byHost > onDevice, which);
    }
    Set<String> measured =
        all.stream()
            .filter(r -> !r.getField("median_ms").isEmpty())
            .map(r -> r.getField("task") + " " + r.getField("pass"))
            .collect(Collectors.toSet());
    assertEquals(TASKS.size() * Pass.values().length, measured.size());
  }
}
