package convlstm4j.cli;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.contract.SelfTest;
import convlstm4j.contract.SelfTest.Line;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j selftest}. */
@Command(
    name = "selftest",
    description = {
      "Compute cases of every op with a backend, and compare them with the float64 reference:",
      "some of each op, then the rest. What it prints is all that a report of a fault needs."
    },
    footer = {
      "",
      "Example:",
      "  convlstm4j selftest --backend onednn --precision float32 --seconds 5"
    })
final class SelftestCommand implements Runnable {
  private static final int MOST_NAMED = 5;

  @Mixin CommonOptions common;
  @Mixin PrecisionOption precision;
  @Spec CommandSpec spec;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "What is tried: auto (the fastest that starts) or a name that info lists.")
  String name;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "50",
      description = "No case is begun after so many seconds. Default: ${DEFAULT-VALUE}.")
  int seconds;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (seconds < 1) {
      throw new IllegalArgumentException("--seconds " + seconds + ": must be at least 1");
    }
    try (Backend backend = Backends.named(name)) {
      if (precision.value != null) {
        backend.precision(precision.value);
      }
      Installation.print(out);
      out.println("backend     " + backend.name() + ": " + backend.description());
      out.println("precision   " + precision.orDefault().name().toLowerCase(Locale.ROOT));
      out.println("seed        " + SelfTest.SEED);
      out.printf(
          "%n%-20s %6s %7s %14s %11s%n", "op", "passed", "failed", "largest error", "of allowed");
      long start = System.nanoTime();
      BooleanSupplier timeIsUp = () -> System.nanoTime() - start > seconds * 1_000_000_000L;
      List<Line> lines =
          SelfTest.run(backend, precision.orDefault(), timeIsUp, line -> print(line, out));
      conclude(backend.name(), lines, System.nanoTime() - start, out);
    }
  }

  private static void print(Line line, PrintWriter out) {
    int failed = line.failures().size();
    out.printf(
        Locale.ROOT,
        "%-20s %6d %7d %14.1e %10.0f%%%n",
        line.op(),
        line.cases() - failed,
        failed,
        line.error(),
        line.allowed() == 0 ? 0 : 100 * line.error() / line.allowed());
    line.failures().stream().limit(MOST_NAMED).forEach(f -> out.println("  " + f));
    if (failed > MOST_NAMED) {
      out.println("  and " + (failed - MOST_NAMED) + " more");
    }
  }

  private static void conclude(String backend, List<Line> lines, long nanos, PrintWriter out) {
    int cases = lines.stream().mapToInt(Line::cases).sum();
    int failed = lines.stream().mapToInt(l -> l.failures().size()).sum();
    int left = lines.stream().mapToInt(Line::left).sum();
    String rest = left == 0 ? "" : "; " + left + " more were left out, for the time was up";
    out.printf(
        Locale.ROOT,
        "%n%d of %d cases passed in %.1f s%s%n",
        cases - failed,
        cases,
        nanos / 1e9,
        rest);
    out.flush();
    if (failed > 0) {
      throw new BackendException(
          "selftest: "
              + failed
              + " of "
              + cases
              + " cases failed with the backend "
              + backend
              + "; do not use it, and send what was printed to the project's issues");
    }
  }
}
