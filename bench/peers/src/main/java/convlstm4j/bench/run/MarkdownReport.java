package convlstm4j.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The tables for people. */
final class MarkdownReport {
  private MarkdownReport() {}

  static void write(Report report, Path file) throws IOException {
    Files.writeString(file, text(report));
  }

  static String text(Report report) {
    StringBuilder s = new StringBuilder();
    Machine m = report.machine();
    s.append(
        String.format(
            Locale.ROOT,
            "%s (%s), %d threads, %s, Java %s, commit %s, %s.",
            m.cpu(),
            m.flags(),
            report.threads(),
            m.os(),
            m.java(),
            report.commit(),
            report.time()));
    if (report.peakGflops() > 0) {
      s.append(
          String.format(
              Locale.ROOT,
              " Multiplying matrices in float32 it reaches %.0f GFLOP/s.",
              report.peakGflops()));
    }
    s.append(
        "\n\nMedian, quartiles in brackets, arithmetic of the convolutions per second, and how");
    s.append(" many times as fast as `").append(report.yardstick()).append("`:\n\n");
    times(report, s);
    memory(report, s);
    shares(report, s);
    s.append('\n');
    report.versions().forEach((name, v) -> s.append("- `" + name + "`: " + v + "\n"));
    report
        .absences()
        .forEach((name, why) -> s.append("- `" + name + "` took no part: " + why + "\n"));
    for (Result r : report.results()) {
      if (!r.problem.isEmpty() && !report.absences().containsKey(r.contender)) {
        s.append(
            "- `" + r.contender + "` at " + r.task.name() + " " + r.pass.key() + ": " + r.problem);
        s.append('\n');
      }
    }
    return s.toString();
  }

  private static void times(Report report, StringBuilder s) {
    s.append("| | pass |");
    report.contenders().forEach(c -> s.append(" `" + c + "` |"));
    s.append("\n|---|---|");
    report.contenders().forEach(c -> s.append("---|"));
    Result row = null;
    for (Result r : report.results()) {
      if (row == null || !row.task.equals(r.task) || row.pass != r.pass) {
        row = r;
        s.append("\n| " + r.task.name() + " | " + r.pass.key() + " |");
      }
      s.append(" " + cell(report, r) + " |");
    }
    s.append('\n');
  }

  private static String cell(Report report, Result r) {
    if (!r.isMeasured()) {
      return r.isWrong ? "wrong" : "-";
    }
    OptionalDouble speed = r.speedOver(report.yardstick(r));
    return String.format(
            Locale.ROOT,
            "%s ms [%s, %s], %s GFLOP/s",
            digits(r.medianNs() / 1e6),
            digits(Statistics.quantile(r.ns, 0.25) / 1e6),
            digits(Statistics.quantile(r.ns, 0.75) / 1e6),
            digits(r.gflops()))
        + (speed.isPresent()
            ? String.format(Locale.ROOT, ", **%.2f x**", speed.getAsDouble())
            : "");
  }

  /** Three digits that count. */
  static String digits(double v) {
    int after = v >= 100 ? 0 : v >= 10 ? 1 : v >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + after + "f", v);
  }

  private static void memory(Report report, StringBuilder s) {
    boolean any = false;
    for (Result r : report.results()) {
      if (r.memoryPeak > 0) {
        if (!any) {
          s.append("\nResident memory of the whole process in a training step of `");
          s.append(r.task.name()).append("`:\n\n| | before | at most |\n|---|---|---|\n");
          any = true;
        }
        s.append(
            String.format(
                Locale.ROOT,
                "| `%s` | %.0f MB | %.0f MB |%n",
                r.contender,
                r.memoryBefore,
                r.memoryPeak));
      }
    }
  }

  private static void shares(Report report, StringBuilder s) {
    for (Map.Entry<String, Map<String, Double>> e : report.shares().entrySet()) {
      s.append("\nWhere a training step of the demo's network goes on `" + e.getKey() + "`:");
      e.getValue().entrySet().stream()
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .forEach(
              op ->
                  s.append(
                      String.format(
                          Locale.ROOT, " %s %.1f %%,", op.getKey(), 100 * op.getValue())));
      s.setCharAt(s.length() - 1, '.');
      s.append('\n');
    }
  }
}
