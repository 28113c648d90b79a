package convlstm4j.bench.run;

import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** All contenders at one task and pass. */
final class Contest {
  private static final Duration PREPARING = Duration.ofMinutes(15);
  private static final Duration SETTLING = Duration.ofMillis(30);
  private static final int MOST_REPEATS = 1000;

  /** Where the budget does not allow as many, a contender counts as slow. */
  private static final int LEAST_TURNS = 4;

  private final Plan plan;
  private final Workers workers;
  private final Consumer<String> log;
  private final Task task;
  private final Pass pass;
  private final Path folder;

  Contest(Plan plan, Workers workers, Consumer<String> log, Task task, Pass pass, Path folder) {
    this.plan = plan;
    this.workers = workers;
    this.log = log;
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
      if (!workers.introduce(r)) {
        continue;
      }
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
    if (workers.isTooMuch(c, flops)) {
      throw new WorkerException("not tried: less work took longer than the limit");
    }
    Worker w = workers.worker(c);
    r.variant = (String) w.prepare(task, pass, folder, "", PREPARING).get("variant");
    Path out = Files.createDirectories(folder.resolve(c.name() + "-" + pass.key()));
    long start = System.nanoTime();
    Object arrays;
    try {
      arrays = w.ask("check", Map.of("out", out.toString()), plan.limit()).get("arrays");
    } catch (LateException e) {
      workers.wasTooMuch(c, flops);
      throw e;
    }
    double checkNs = System.nanoTime() - start;
    Data data = new Data(out);
    String wrong =
        Equality.difference(
                task, exact, name -> ((List<?>) arrays).contains(name) ? data.read(name) : null)
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
        e.worker().ask("release", Workers.STARTING);
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
