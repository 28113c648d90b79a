package convlstm4j.bench.run;

import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.task.Tasks;
import convlstm4j.bench.worker.WallClock;
import convlstm4j.bench.worker.ours.OursSubject;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * One benchmark: for every task and pass, all contenders are first checked against the float64
 * reference, then take turns, so that whatever disturbs the machine disturbs all alike.
 */
final class Session implements AutoCloseable {
  /** The task whose peak memory is told. */
  static final String MEMORY_TASK = "S1";

  private static final Duration STARTING = Duration.ofMinutes(5);
  private static final int MEMORY_RUNS = 3;
  private static final int PROFILE_RUNS = 10;

  private final Plan plan;
  private final Consumer<String> log;
  private final Map<String, Worker> workers = new HashMap<>();
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final Map<String, String> devices = new HashMap<>();
  private final Map<String, String> clocks = new HashMap<>();
  private final Map<String, String> absences = new LinkedHashMap<>();

  /** The least arithmetic that took a contender longer than the limit. */
  private final Map<String, Double> tooMuch = new HashMap<>();

  private final Map<String, Map<String, Double>> shares = new LinkedHashMap<>();
  private double peakGflops;

  Session(Plan plan, Consumer<String> log) {
    this.plan = plan;
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

  /** Share of each kind of op in a training step of the demo's network, by backend. */
  Map<String, Map<String, Double>> shares() {
    return shares;
  }

  /** The machine's 1e9 operations a second in multiplying matrices; 0 if nobody could tell. */
  double peakGflops() {
    return peakGflops;
  }

  /**
   * Measures everything.
   *
   * @return results in the order of tasks, passes, contenders
   * @throws IOException if data cannot be written
   */
  List<Result> run() throws IOException {
    for (Contender c : plan.contenders()) {
      start(c);
    }
    peakGflops = peak();
    tell(peakGflops);
    List<Result> results = new ArrayList<>();
    for (String name : plan.tasks()) {
      Task task = Tasks.named(name);
      Path folder = Files.createDirectories(plan.folder().resolve(name));
      Data data = new Data(folder);
      data.generate(task);
      for (Pass pass : plan.passes()) {
        log.accept(name + " " + pass.key());
        results.addAll(new Contest(task, pass, folder).run());
      }
    }
    if (plan.memory()) {
      for (Result r : results) {
        if (r.task.name().equals(MEMORY_TASK) && r.pass == Pass.TRAINING && r.isMeasured()) {
          measureMemory(r);
        }
      }
    }
    if (plan.tasks().contains(Tasks.DEMO)) {
      profile(results);
    }
    peakGflops = Math.max(peakGflops, peak()); // the machine may have been disturbed before
    return results;
  }

  private void start(Contender c) {
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
  private Worker worker(Contender c) throws WorkerException {
    Worker w = workers.get(c.name());
    if (w == null || !w.isAlive()) {
      w = Worker.start(c, plan.folder().resolve(c.name() + ".log"));
      workers.put(c.name(), w);
    }
    return w;
  }

  private double peak() {
    double most = 0;
    for (Contender c : plan.contenders()) {
      if (versions.containsKey(c.name())) {
        try {
          Object gflops = worker(c).ask("peak", STARTING).get("gflops");
          most = Math.max(most, ((Number) gflops).doubleValue());
        } catch (WorkerException e) {
          log.accept(c.name() + ": peak: " + e.getMessage());
        }
      }
    }
    return most;
  }

  private void tell(double peak) {
    log.accept(
        peak > 0
            ? String.format("peak of the machine: %.0f GFLOP/s in float32", peak)
            : "peak of the machine: no contender multiplies matrices");
  }

  private Map<String, Object> request(Task task, Pass pass, Path folder, String variant) {
    return Map.of(
        "task", task.toJson(),
        "data", folder.toString(),
        "pass", pass.key(),
        "variant", variant);
  }

  /** A fresh process does nothing but the training step. */
  private void measureMemory(Result r) {
    Contender c = contender(r.contender);
    Path folder = plan.folder().resolve(r.task.name());
    boolean choice = c.name().startsWith(Contenders.TORCH);
    try (Worker w = Worker.start(c, plan.folder().resolve(c.name() + ".log"))) {
      w.ask("prepare", request(r.task, r.pass, folder, choice ? r.variant : ""), STARTING);
      Proc.resetPeak(w.pid());
      r.memoryBefore = Proc.megabytes(w.pid(), "VmRSS").orElse(0.0);
      w.time(MEMORY_RUNS, plan.limit().multipliedBy(MEMORY_RUNS + 1L));
      r.memoryPeak = Proc.megabytes(w.pid(), "VmHWM").orElse(0.0);
      log.accept(
          String.format(
              "%s: %.0f MB at most during training steps of %s, %.0f MB before",
              c.name(), r.memoryPeak, r.task.name(), r.memoryBefore));
    } catch (WorkerException e) {
      log.accept(c.name() + ": peak memory was not measured: " + e.getMessage());
    }
  }

  private Contender contender(String name) {
    return plan.contenders().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  private void profile(List<Result> results) {
    Path folder = plan.folder().resolve(Tasks.DEMO);
    for (Result r : results) {
      if (!r.task.name().equals(Tasks.DEMO)
          || r.pass != Pass.TRAINING
          || !r.isMeasured()
          || !Contenders.isBackend(r.contender)) {
        continue;
      }
      try {
        Worker w = worker(contender(r.contender));
        w.ask("prepare", request(r.task, r.pass, folder, OursSubject.PROFILED), STARTING);
        w.time(PROFILE_RUNS, plan.limit().multipliedBy(PROFILE_RUNS));
        Map<String, Double> before = profiled(w);
        double all =
            w.time(PROFILE_RUNS, plan.limit().multipliedBy(PROFILE_RUNS)).wallNs().stream()
                .mapToLong(Long::longValue)
                .sum();
        Map<String, Double> share = new LinkedHashMap<>();
        double rest = 1;
        for (Map.Entry<String, Double> e : profiled(w).entrySet()) {
          double part = (e.getValue() - before.getOrDefault(e.getKey(), 0.0)) / all;
          share.put(e.getKey(), part);
          rest -= part;
        }
        share.put("between ops", rest);
        shares.put(r.contender, share);
        w.ask("release", STARTING);
      } catch (WorkerException e) {
        log.accept(r.contender + ": shares were not measured: " + e.getMessage());
      }
    }
  }

  private static Map<String, Double> profiled(Worker w) throws WorkerException {
    Map<String, Double> ns = new LinkedHashMap<>();
    Map<?, ?> answer = (Map<?, ?>) w.ask("shares", STARTING).get("shares");
    answer.forEach((op, n) -> ns.put((String) op, ((Number) n).doubleValue()));
    return ns;
  }

  @Override
  public void close() {
    workers.values().forEach(Worker::close);
  }

  /** All contenders at one task and pass. */
  private final class Contest {
    private static final Duration PREPARING = Duration.ofMinutes(15);
    private static final Duration SETTLING = Duration.ofMillis(30);
    private static final int MOST_REPEATS = 1000;

    /** Where the budget does not allow as many, a contender counts as slow. */
    private static final int LEAST_TURNS = 4;

    private final Task task;
    private final Pass pass;
    private final Path folder;

    Contest(Task task, Pass pass, Path folder) {
      this.task = task;
      this.pass = pass;
      this.folder = folder;
    }

    /** A contender that computes the right thing. */
    private record Entrant(Result result, Worker worker, int repeats, int turns) {}

    List<Result> run() throws IOException {
      Map<String, Tensor> exact = Exact.of(task, pass, folder);
      List<Result> results = new ArrayList<>();
      List<Entrant> entrants = new ArrayList<>();
      for (Contender c : plan.contenders()) {
        Result r = new Result(task, pass, c.name());
        results.add(r);
        if (absences.containsKey(c.name())) {
          r.problem = absences.get(c.name());
          continue;
        }
        r.version = versions.get(c.name());
        r.device = devices.get(c.name());
        r.clock = clocks.get(c.name());
        try {
          entrants.add(enter(c, r, exact));
        } catch (WorkerException e) {
          r.problem = e.getMessage();
          log.accept("  " + c.name() + ": " + e.getMessage());
        }
      }
      for (int round = 0; round < plan.rounds(); round++) {
        for (int i = 0; i < entrants.size(); i++) {
          Entrant e = entrants.get((i + round) % entrants.size());
          if (isTurn(round, e.turns()) && e.result().problem.isEmpty()) {
            turn(e);
          }
        }
      }
      String yardstick =
          Contenders.yardstick(plan.contenders().stream().map(Contender::name).toList());
      Result compared =
          results.stream().filter(r -> r.contender.equals(yardstick)).findFirst().orElse(null);
      for (Entrant e : entrants) {
        release(e);
        tell(e.result(), compared);
      }
      return results;
    }

    /** Spreads a number of turns evenly over the rounds. */
    private boolean isTurn(int round, int turns) {
      return (long) (round + 1) * turns / plan.rounds() > (long) round * turns / plan.rounds();
    }

    private Entrant enter(Contender c, Result r, Map<String, Tensor> exact)
        throws WorkerException, IOException {
      double flops = task.forwardFlops() * pass.flopFactor();
      if (flops >= tooMuch.getOrDefault(c.name(), Double.POSITIVE_INFINITY)) {
        throw new WorkerException("not tried: less work took longer than the limit");
      }
      Worker w = worker(c);
      r.variant =
          (String) w.ask("prepare", request(task, pass, folder, ""), PREPARING).get("variant");
      Path out = Files.createDirectories(folder.resolve(c.name() + "-" + pass.key()));
      long start = System.nanoTime();
      Object arrays;
      try {
        arrays = w.ask("check", Map.of("out", out.toString()), plan.limit()).get("arrays");
      } catch (LateException e) {
        tooMuch.merge(c.name(), flops, Math::min);
        throw e;
      }
      double checkNs = System.nanoTime() - start;
      Data data = new Data(out);
      String wrong =
          Equality.difference(
                  task.kind(),
                  exact,
                  name -> ((List<?>) arrays).contains(name) ? data.read(name) : null)
              .orElse("");
      if (!wrong.isEmpty()) {
        r.isWrong = true;
        throw new WorkerException("computes something else: " + wrong);
      }
      // What is that slow needs no warming up: its check was enough.
      double budget = plan.budget().toNanos();
      double ns = checkNs > budget / LEAST_TURNS ? checkNs : warmUp(w);
      int repeats = (int) Math.max(1, Math.min(MOST_REPEATS, plan.turn().toNanos() / ns));
      int turns = (int) Math.max(1, Math.min(plan.rounds(), budget / (ns * repeats)));
      return new Entrant(r, w, repeats, turns);
    }

    /** Runs for a while, and says how long one run takes by the host's clock. */
    private double warmUp(Worker w) throws WorkerException {
      double ns = Statistics.median(w.time(1, plan.limit()).wallNs());
      double total = ns;
      while (total < plan.warmUp().toNanos()) {
        int n = (int) Math.max(1, Math.min(MOST_REPEATS, plan.warmUp().toNanos() / 8.0 / ns));
        Worker.Times times = w.time(n, plan.limit().multipliedBy(n));
        total += times.wallNs().stream().mapToLong(Long::longValue).sum();
        ns = Statistics.median(times.wallNs());
      }
      return ns;
    }

    private void turn(Entrant e) {
      Result r = e.result();
      long pid = e.worker().pid();
      double own = Proc.busySeconds(pid).orElse(0.0);
      double all = Proc.busySeconds().orElse(0.0);
      long start = System.nanoTime();
      try {
        Worker.Times times = e.worker().time(e.repeats(), plan.limit().multipliedBy(e.repeats()));
        r.ns.addAll(times.ns());
        r.wallNs.addAll(times.wallNs());
      } catch (WorkerException x) {
        r.problem = x.getMessage();
        log.accept("  " + r.contender + ": " + x.getMessage());
        return;
      }
      r.wallSeconds += (System.nanoTime() - start) / 1e9;
      r.othersSeconds += Proc.busySeconds().orElse(0.0) - all;
      r.othersSeconds -= Proc.busySeconds(pid).orElse(0.0) - own;
      settle();
    }

    /** Lets threads of the last contender that still wait for work fall asleep. */
    private void settle() {
      try {
        Thread.sleep(SETTLING.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void release(Entrant e) {
      if (e.worker().isAlive()) {
        try {
          e.worker().ask("release", STARTING);
        } catch (WorkerException x) {
          log.accept("  " + e.result().contender + ": release: " + x.getMessage());
        }
      }
    }

    private void tell(Result r, Result compared) {
      if (r.isMeasured()) {
        OptionalDouble speed = r.speedOver(compared);
        log.accept(
            String.format(
                "  %s: %.3f ms, %.1f GFLOP/s%s%s",
                r.contender,
                r.medianNs() / 1e6,
                r.gflops(),
                speed.isPresent()
                    ? String.format(", %.2f x %s", speed.getAsDouble(), compared.contender)
                    : "",
                r.variant.isEmpty() ? "" : " (" + r.variant + ")"));
      }
    }
  }
}
