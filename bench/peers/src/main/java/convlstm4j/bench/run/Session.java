package convlstm4j.bench.run;

import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.task.Tasks;
import convlstm4j.bench.worker.ours.OursSubject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One benchmark: for every task and pass, all contenders are first checked against the float64
 * reference, then take turns, so that whatever disturbs the machine disturbs all alike.
 */
final class Session implements AutoCloseable {
  /** The task whose peak memory is told. */
  static final String MEMORY_TASK = "S1";

  private static final int MEMORY_RUNS = 3;
  private static final int PROFILE_RUNS = 10;

  private final Plan plan;
  private final Consumer<String> log;
  private final Workers workers;
  private final Map<String, Map<String, Double>> shares = new LinkedHashMap<>();
  private double peakGflops;

  Session(Plan plan, Consumer<String> log) {
    this.plan = plan;
    this.log = log;
    this.workers = new Workers(plan.folder(), log);
  }

  /** Version of each contender that started. */
  Map<String, String> versions() {
    return workers.versions();
  }

  /** Why contenders did not start. */
  Map<String, String> absences() {
    return workers.absences();
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
      workers.start(c);
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
        results.addAll(new Contest(plan, workers, log, task, pass, folder).run());
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

  private double peak() {
    double most = 0;
    for (Contender c : plan.contenders()) {
      if (versions().containsKey(c.name())) {
        try {
          Object gflops = workers.worker(c).ask("peak", Workers.STARTING).get("gflops");
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

  /** A fresh process does nothing but the training step. */
  private void measureMemory(Result r) {
    Contender c = contender(r.contender);
    Path folder = plan.folder().resolve(r.task.name());
    boolean choice = c.name().startsWith(Contenders.TORCH);
    try (Worker w = workers.another(c)) {
      w.prepare(r.task, r.pass, folder, choice ? r.variant : "", Workers.STARTING);
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
        Worker w = workers.worker(contender(r.contender));
        w.prepare(r.task, r.pass, folder, OursSubject.PROFILED, Workers.STARTING);
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
        w.ask("release", Workers.STARTING);
      } catch (WorkerException e) {
        log.accept(r.contender + ": shares were not measured: " + e.getMessage());
      }
    }
  }

  private static Map<String, Double> profiled(Worker w) throws WorkerException {
    Map<String, Double> ns = new LinkedHashMap<>();
    Map<?, ?> answer = (Map<?, ?>) w.ask("shares", Workers.STARTING).get("shares");
    answer.forEach((op, n) -> ns.put((String) op, ((Number) n).doubleValue()));
    return ns;
  }

  @Override
  public void close() {
    workers.close();
  }
}
