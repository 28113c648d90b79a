package convlstm4j.bench.worker.bigdl;

import com.intel.analytics.bigdl.utils.Engine;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Subject;
import convlstm4j.bench.worker.Work;
import java.util.Map;

/** BigDL in one process, without Spark. */
final class BigdlSubject implements Subject {
  /** Runs of each variant before the faster is taken; the first counts only if it is slow. */
  private static final int TRIALS = 3;

  private static final long SLOW_NS = 5_000_000_000L;

  private final int threads;

  BigdlSubject(int threads) {
    this.threads = threads;
    System.setProperty("bigdl.localMode", "true");
    System.setProperty("bigdl.coreNumber", String.valueOf(threads));
    Engine.init();
  }

  @Override
  public Map<String, Object> describe() {
    return Map.of("version", "BigDL 0.13.0 ConvLSTMPeephole", "threads", threads);
  }

  @Override
  public Work prepare(Task task, Data data, Pass pass, String variant) {
    if (task.kind() != Task.Kind.LAYER) {
      throw new UnsupportedOperationException("the network is not written for BigDL, layers are");
    }
    if (pass == Pass.STEP) {
      throw new UnsupportedOperationException("a step with an update is not written for BigDL");
    }
    int most = (int) Math.min(threads, task.x().dim(0));
    if (!variant.isEmpty()) {
      return new BigdlLayer(task, data, pass, Integer.parseInt(variant.split(" ", 2)[0]), threads);
    }
    if (most == 1) {
      return new BigdlLayer(task, data, pass, 1, threads);
    }
    double one = time(new BigdlLayer(task, data, pass, 1, threads));
    double several = time(new BigdlLayer(task, data, pass, most, threads));
    return new BigdlLayer(task, data, pass, one < several ? 1 : most, threads);
  }

  private static double time(Work work) {
    try (work) {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < TRIALS; i++) {
        long start = System.nanoTime();
        work.run();
        long took = System.nanoTime() - start;
        if (took > SLOW_NS) {
          return took;
        }
        least = i == 0 ? least : Math.min(least, took);
      }
      return least;
    }
  }

  @Override
  public double peakGflops() {
    return 0;
  }
}
