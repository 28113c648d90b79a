package convlstm4j.bench.run;

import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The benchmark's command line. */
@Command(
    name = "bench/run",
    showDefaultValues = true,
    sortOptions = false,
    description = {
      "Measures ConvLSTM4J's backends and other libraries, taking turns, after checking that all compute the same.",
      "Exit codes: 0 good, 1 a contender computed something else or the work failed, 2 wrong call."
    })
public final class Main implements Callable<Integer> {
  private static final List<String> NONE = List.of("none");

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "NAME",
      description = "Some of S1, S2, S3, small, demo; S4, article; tiny, tiny-article to try.")
  private List<String> shapes = Tasks.standard();

  @Option(
      names = "--passes",
      split = ",",
      paramLabel = "NAME",
      description =
          "Some of forward, training (gradients), step (a batch from the host's memory, and an update).")
  private List<String> passes = List.of(Pass.FORWARD.key(), Pass.TRAINING.key());

  @Option(
      names = "--backends",
      split = ",",
      paramLabel = "NAME",
      description = "ConvLSTM4J's backends, or none.")
  private List<String> backends = Contenders.backends();

  @Option(
      names = "--before",
      paramLabel = "FOLDER",
      description = {
        "A clone of this repository at another commit, which is built, too:",
        "its backends take part as NAME-before."
      })
  private String before = "";

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Some of torch-tuned, torch, bigdl, tfjs-wasm, tfjs-cpu (tfjs: both), or none;",
        "on a GPU torch-gpu, torch-gpu-compiled."
      })
  private List<String> peers = Contenders.peers();

  @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
  private int rounds = 20;

  @Option(names = "--threads", paramLabel = "N", description = "Threads of each contender.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "The longest that one run may take before its contender is passed over.")
  private int limit = 120;

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      description =
          "About the longest for all turns of a contender at a task; slow ones get fewer.")
  private int budget = 60;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "How long a contender runs before its times count.")
  private double warmUp = 3;

  @Option(
      names = "--turn",
      paramLabel = "SECONDS",
      description = "About how long one turn lasts, in runs of which there is at least one.")
  private double turn = 0.3;

  @Option(
      names = "--memory",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Measure the peak memory of a training step of S1, each in a new process.")
  private boolean memory;

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "A Python that has PyTorch for torch-gpu and torch-gpu-compiled.")
  private String python = "python3";

  @Option(
      names = "--output",
      paramLabel = "PREFIX",
      description = "Results go to PREFIX.csv, PREFIX.md and PREFIX.png.")
  private Path output = Path.of("bench", "results", "latest");

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description = "For data, logs and unpacked libraries.")
  private Path work = Path.of("bench", "target");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(names = "--commit", hidden = true, defaultValue = "unknown")
  private String commit;

  @Option(names = "--absent", hidden = true, paramLabel = "PEER=WHY")
  private Map<String, String> absences = new LinkedHashMap<>();

  @Option(
      names = "--before-class-path",
      hidden = true,
      paramLabel = "CLASS-PATH",
      defaultValue = "")
  private String beforeClassPath;

  @Option(names = "--bigdl", hidden = true, paramLabel = "CLASS-PATH", defaultValue = "")
  private String bigdl;

  @Option(names = "--tfjs", hidden = true, paramLabel = "FOLDER", defaultValue = "bench/tfjs")
  private Path tfjs;

  @Option(
      names = "--torch-script",
      hidden = true,
      paramLabel = "FILE",
      defaultValue = "bench/torch_convlstm.py")
  private Path torchScript;

  /**
   * Runs a benchmark.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed).execute(args));
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) {
    if (e instanceof IllegalArgumentException) {
      line.getErr().println("bench/run: " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    e.printStackTrace(line.getErr());
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public Integer call() throws IOException {
    shapes.forEach(Tasks::named);
    if (rounds < 1 || threads < 1 || limit < 1 || budget < 1) {
      throw new IllegalArgumentException(
          "--rounds, --threads, --limit and --budget must be above 0");
    }
    if (!before.isEmpty() && beforeClassPath.isEmpty()) {
      throw new IllegalArgumentException("--before " + before + " is not built; bench/run does it");
    }
    Path folder = Files.createDirectories(work.resolve("run").toAbsolutePath());
    Plan plan =
        new Plan(
            shapes,
            passes.stream().map(Pass::of).toList(),
            contenders(),
            rounds,
            Duration.ofSeconds(limit),
            Duration.ofSeconds(budget),
            Duration.ofMillis(Math.round(1000 * warmUp)),
            Duration.ofMillis(Math.round(1000 * turn)),
            memory,
            folder);
    Report report;
    Consumer<String> log = System.out::println;
    try (Session session = new Session(plan, log)) {
      List<Result> results = session.run();
      report =
          new Report(
              Instant.now().truncatedTo(ChronoUnit.SECONDS),
              commit,
              Machine.here(),
              threads,
              session.peakGflops(),
              results,
              session.versions(),
              session.absences(),
              session.shares());
    }
    write(report);
    return report.results().stream().anyMatch(r -> r.isWrong) ? 1 : 0;
  }

  private List<Contender> contenders() {
    Contenders known =
        new Contenders(threads, absences, work.toAbsolutePath(), bigdl, tfjs, python, torchScript);
    List<Contender> all = new ArrayList<>();
    if (!backends.equals(NONE)) {
      backends.forEach(b -> all.add(known.backend(b)));
      if (!beforeClassPath.isEmpty()) {
        backends.forEach(b -> all.add(known.before(b, beforeClassPath)));
      }
    }
    if (!peers.equals(NONE)) {
      peers.stream()
          .flatMap(p -> p.equals("tfjs") ? Stream.of("tfjs-wasm", "tfjs-cpu") : Stream.of(p))
          .forEach(p -> all.add(known.peer(p)));
    }
    return all;
  }

  private void write(Report report) throws IOException {
    Path parent = output.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    CsvReport.write(report, Path.of(output + ".csv"));
    MarkdownReport.write(report, Path.of(output + ".md"));
    boolean drawn = PlotReport.write(report, Path.of(output + ".png"));
    System.out.println();
    System.out.println(MarkdownReport.text(report));
    System.out.println("written: " + output + ".csv, .md" + (drawn ? ", .png" : ""));
  }
}
