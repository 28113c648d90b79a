package convlstm4j.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.task.Tasks;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files say of results that are made up. */
class ReportTest {
  private static final Task TASK = Tasks.named(Tasks.TINY);

  @TempDir Path folder;

  private static Result measured(String contender, long... ms) {
    Result r = new Result(TASK, Pass.TRAINING, contender);
    for (long m : ms) {
      r.ns.add(m * 1_000_000);
    }
    return r;
  }

  private static Report report() {
    Result ours = measured("onednn", 4, 2, 3, 5, 1);
    ours.variant = "a, \"b\"";
    ours.clock = "wall";
    ours.wallNs.add(7_000_000L);
    ours.wallSeconds = 2;
    ours.othersSeconds = 0.5;
    ours.memoryPeak = 400;
    ours.memoryBefore = 100;
    Result wrong = new Result(TASK, Pass.TRAINING, "torch");
    wrong.problem = "computes something else: dx\nis off";
    wrong.isWrong = true;
    return new Report(
        Instant.parse("2026-01-02T03:04:05Z"),
        "abc1234",
        new Machine("A CPU, fast", "avx2 fma", 2, "Linux 6", "17"),
        2,
        100,
        List.of(ours, measured(Contenders.TUNED, 6, 6, 6), wrong),
        Map.of("onednn", "1, 2 threads"),
        Map.of("bigdl", "no network"),
        Map.of("onednn", Map.of("ConvLstm2d", 0.9, "Pool", 0.1)));
  }

  @Test
  void csvHoldsEveryResult() throws IOException {
    Path file = folder.resolve("r.csv");
    CsvReport.write(report(), file);
    List<NamedCsvRecord> lines = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(file)) {
      csv.forEach(lines::add);
    }
    assertEquals(3, lines.size());
    NamedCsvRecord ours = lines.get(0);
    assertEquals("A CPU, fast", ours.getField("cpu"));
    assertEquals("a, \"b\"", ours.getField("variant"));
    assertEquals("3.0000", ours.getField("median_ms"));
    assertEquals("2.0000", ours.getField("q1_ms"));
    assertEquals("4.0000", ours.getField("q3_ms"));
    assertEquals("torch-tuned", ours.getField("yardstick"));
    assertEquals("2.000", ours.getField("speed_over_yardstick"));
    assertEquals("A CPU, fast", ours.getField("device"));
    assertEquals("wall", ours.getField("clock"));
    assertEquals("7.0000", ours.getField("wall_median_ms"));
    assertEquals("0.250", ours.getField("others_cpu"));
    assertEquals("400", ours.getField("memory_peak_mb"));
    double gflops = 3 * TASK.forwardFlops() / 3e6;
    assertEquals(gflops, Double.parseDouble(ours.getField("gflops")), 0.005);
    assertEquals(gflops / 100, Double.parseDouble(ours.getField("share_of_peak")), 1e-4);
    NamedCsvRecord wrong = lines.get(2);
    assertEquals("", wrong.getField("median_ms"));
    assertEquals("", wrong.getField("wall_median_ms"));
    assertEquals("", wrong.getField("yardstick"));
    assertEquals("computes something else: dx\nis off", wrong.getField("problem"));
  }

  @Test
  void tableNamesEveryone() {
    String text = MarkdownReport.text(report());
    assertTrue(text.contains("| tiny | training | 3.00 ms [2.00, 4.00], "), text);
    assertTrue(text.contains("**2.00 x**"), text);
    assertTrue(text.contains("| wrong |"), text);
    assertTrue(text.contains("- `bigdl` took no part: no network"), text);
    assertTrue(text.contains("- `torch` at tiny training: computes something else"), text);
    assertTrue(text.contains("ConvLstm2d 90.0 %, Pool 10.0 %."), text);
    assertTrue(text.contains("| `onednn` | 100 MB | 400 MB |"), text);
  }

  @Test
  void plotNeedsTheYardstick() throws IOException {
    Path png = folder.resolve("r.png");
    assertTrue(PlotReport.write(report(), png));
    assertTrue(Files.size(png) > 1000);
    Report r = report();
    Report alone =
        new Report(
            r.time(),
            r.commit(),
            r.machine(),
            2,
            0,
            r.results().subList(0, 1),
            Map.of(),
            Map.of(),
            Map.of());
    assertFalse(PlotReport.write(alone, folder.resolve("none.png")));
    assertFalse(Files.exists(folder.resolve("none.png")));
  }

  @Test
  void quantilesLieBetweenValues() {
    assertEquals(2.5, Statistics.median(List.of(4L, 1L, 2L, 3L)));
    assertEquals(1.75, Statistics.quantile(List.of(4L, 1L, 2L, 3L), 0.25));
    assertEquals(4, Statistics.quantile(List.of(4L, 1L), 1));
  }
}
