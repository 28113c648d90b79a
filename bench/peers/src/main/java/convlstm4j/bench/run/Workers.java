package convlstm4j.bench.run;

import convlstm4j.bench.worker.WallClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The contenders' processes, and what is known of them so far. */
final class Workers implements AutoCloseable {
  /** How long an answer may take that asks for no computing. */
  static final Duration STARTING = Duration.ofMinutes(5);

  private final Path folder;
  private final Consumer<String> log;
  private final Map<String, Worker> workers = new HashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final Map<String, String> devices = new HashMap<>();
  private final Map<String, String> clocks = new HashMap<>();
  private final Map<String, String> absences = new LinkedHashMap<>();

  /** The least arithmetic that took a contender longer than the limit. */
  private final Map<String, Double> tooMuch = new HashMap<>();

  /**
   * Nobody yet.
   *
   * @param folder where their logs go
   * @param log gets lines on what happens
   */
  Workers(Path folder, Consumer<String> log) {
    this.folder = folder;
    this.log = log;
  }

  /** Version of each contender that started. */
  Map<String, String> versions() {
    return versions;
  }

  /** Why contenders did not start. */
  Map<String, String> absences() {
    return absences;
  }

  void start(Contender c) {
    if (!c.absence().isEmpty()) {
      absent(c, c.absence());
      return;
    }
    try {
      Map<String, Object> told = worker(c).ask("describe", STARTING);
      String clock = (String) told.getOrDefault("clock", WallClock.NAME);
      clocks.put(c.name(), clock);
      devices.put(c.name(), (String) told.getOrDefault("device", ""));
      versions.put(
          c.name(),
          told.get("version")
              + ", "
              + told.get("threads")
              + " threads"
              + (clock.equals(WallClock.NAME) ? "" : ", times by " + clock));
      log.accept(c.name() + ": " + versions.get(c.name()));
    } catch (WorkerException e) {
      absent(c, e.getMessage());
    }
  }

  private void absent(Contender c, String why) {
    absences.put(c.name(), why);
    log.accept(c.name() + " takes no part: " + why);
  }

  /** The contender's process; a new one where the last has died. */
  Worker worker(Contender c) throws WorkerException {
    Worker w = workers.get(c.name());
    if (w == null || !w.isAlive()) {
      w = another(c);
      workers.put(c.name(), w);
    }
    return w;
  }

  /** A further process of a contender, which the caller closes. */
  Worker another(Contender c) throws WorkerException {
    return Worker.start(c, folder.resolve(c.name() + ".log"));
  }

  /** Enters into a result who computes it, or why nobody does. */
  boolean introduce(Result r) {
    if (absences.containsKey(r.contender)) {
      r.problem = absences.get(r.contender);
      return false;
    }
    r.version = versions.get(r.contender);
    r.device = devices.get(r.contender);
    r.clock = clocks.get(r.contender);
    return true;
  }

  /** Whether no more work than this took a contender longer than the limit. */
  boolean isTooMuch(Contender c, double flops) {
    return flops >= tooMuch.getOrDefault(c.name(), Double.POSITIVE_INFINITY);
  }

  void wasTooMuch(Contender c, double flops) {
    tooMuch.merge(c.name(), flops, Math::min);
  }

  @Override
  public void close() {
    workers.values().forEach(Worker::close);
  }
}
