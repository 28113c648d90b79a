package convlstm4j.cli;

import convlstm4j.backend.Backends;
import convlstm4j.execution.Profile;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which backend computes. */
final class BackendOption {
  private static final String AUTO = "auto";

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = AUTO,
      description = "What computes: auto (the fastest that starts) or a name that info lists.")
  String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads compute; without it, one per core.")
  @Nullable Integer threads;

  /**
   * The launcher reads {@code --threads} before this program starts, since neither the JVM nor
   * OpenMP changes its number of threads afterwards.
   */
  private void checkThreads() {
    Integer started = Integer.getInteger("convlstm4j.threads");
    if (threads != null && threads < 1) {
      throw new IllegalArgumentException("--threads " + threads + ": must be at least 1");
    }
    if (threads != null && !threads.equals(started)) {
      throw new IllegalArgumentException(
          "--threads works through ./convlstm4j only; with java -jar set OMP_NUM_THREADS="
              + threads
              + " and give java -XX:ActiveProcessorCount="
              + threads
              + " -Djava.util.concurrent.ForkJoinPool.common.parallelism="
              + (threads - 1));
    }
  }

  @Mixin PrecisionOption precision;

  @Option(names = "--profile", description = "Print in the end which layer took how long.")
  boolean profiled;

  private final Profile profile = new Profile();

  /** Prints the profile if it was asked for. */
  void report(PrintWriter out) {
    if (profiled) {
      out.print(profile.text());
      out.flush();
    }
  }

  /** Fails if the backend that is named does not start: before much is made for it. */
  void checkStarts() {
    if (!name.equals(AUTO)) {
      Backends.named(name).close();
    }
  }

  void apply(Model model) {
    checkThreads();
    if (profiled) {
      model.profile(profile);
    }
    model.backend(name);
    if (precision.value != null) {
      model.precision(precision.value);
    }
  }
}
