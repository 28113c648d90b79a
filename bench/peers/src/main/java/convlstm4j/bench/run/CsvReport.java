package convlstm4j.bench.run;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** One line per task, pass and contender; what could not be measured is a line with its reason. */
final class CsvReport {
  private static final List<String> HEADER =
      List.of(
          "time",
          "commit",
          "cpu",
          "cpu_flags",
          "os",
          "java",
          "cores",
          "threads",
          "peak_gflops",
          "task",
          "pass",
          "contender",
          "version",
          "variant",
          "device",
          "clock",
          "runs",
          "median_ms",
          "q1_ms",
          "q3_ms",
          "min_ms",
          "wall_median_ms",
          "gflops",
          "share_of_peak",
          "yardstick",
          "speed_over_yardstick",
          "others_cpu",
          "memory_before_mb",
          "memory_peak_mb",
          "problem");

  private CsvReport() {}

  static void write(Report report, Path file) throws IOException {
    try (CsvWriter csv = CsvWriter.builder().build(file)) {
      csv.writeRecord(HEADER);
      for (Result r : report.results()) {
        csv.writeRecord(line(report, r));
      }
    }
  }

  private static List<String> line(Report report, Result r) {
    Machine m = report.machine();
    boolean measured = r.isMeasured();
    return List.of(
        report.time().toString(),
        report.commit(),
        m.cpu(),
        m.flags(),
        m.os(),
        m.java(),
        String.valueOf(m.cores()),
        String.valueOf(report.threads()),
        number(report.peakGflops() > 0, report.peakGflops(), 1),
        r.task.name(),
        r.pass.key(),
        r.contender,
        r.version,
        r.variant,
        r.device.isEmpty() ? m.cpu() : r.device,
        r.clock,
        String.valueOf(r.ns.size()),
        number(measured, measured ? r.medianNs() / 1e6 : 0, 4),
        number(measured, measured ? Statistics.quantile(r.ns, 0.25) / 1e6 : 0, 4),
        number(measured, measured ? Statistics.quantile(r.ns, 0.75) / 1e6 : 0, 4),
        number(measured, measured ? Statistics.quantile(r.ns, 0) / 1e6 : 0, 4),
        number(!r.wallNs.isEmpty(), r.wallNs.isEmpty() ? 0 : Statistics.median(r.wallNs) / 1e6, 4),
        number(measured, measured ? r.gflops() : 0, 2),
        number(
            measured && report.peakGflops() > 0,
            measured ? r.gflops() / report.peakGflops() : 0,
            4),
        r.speedOver(report.yardstick(r)).isPresent() ? report.yardstick() : "",
        number(
            r.speedOver(report.yardstick(r)).isPresent(),
            r.speedOver(report.yardstick(r)).orElse(0),
            3),
        number(r.wallSeconds > 0, r.othersSeconds / r.wallSeconds, 3),
        number(r.memoryPeak > 0, r.memoryBefore, 0),
        number(r.memoryPeak > 0, r.memoryPeak, 0),
        r.problem);
  }

  private static String number(boolean there, double value, int digits) {
    return there ? String.format(Locale.ROOT, "%." + digits + "f", value) : "";
  }
}
