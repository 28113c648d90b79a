package convlstm4j.bench.worker.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Subject;
import convlstm4j.bench.worker.Work;
import java.util.Map;

/** PyTorch. */
final class TorchSubject implements Subject {
  private static final int MATRIX = 4096;
  private static final int MATRIX_RUNS = 8;

  /** A variant is tried this often at least, and this long, before the fastest is taken. */
  private static final int TRIALS = 2;

  private static final long TRIAL_NS = 500_000_000;

  private final Engine engine;

  TorchSubject(int threads) {
    System.setProperty("ai.djl.offline", "true");
    engine = Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(threads);
  }

  @Override
  public Map<String, Object> describe() {
    return Map.of(
        "version",
        "PyTorch " + engine.getVersion() + " (DJL " + Engine.getDjlVersion() + ")",
        "threads",
        JniUtils.getNumThreads());
  }

  @Override
  public Work prepare(Task task, Data data, Pass pass, String variant) {
    if (pass == Pass.STEP) {
      throw new UnsupportedOperationException("a step with an update is not written for DJL");
    }
    if (!variant.isEmpty()) {
      return work(task, data, pass, Variant.of(variant));
    }
    Variant best = null;
    long least = Long.MAX_VALUE;
    for (Variant v : Variant.all()) {
      try (Work w = work(task, data, pass, v)) {
        w.run();
        long ns = Long.MAX_VALUE;
        long total = 0;
        for (int i = 0; i < TRIALS || total < TRIAL_NS; i++) {
          long start = System.nanoTime();
          w.run();
          long took = System.nanoTime() - start;
          total += took;
          ns = Math.min(ns, took);
        }
        System.err.println(task.name() + " " + pass.key() + " " + v + ": " + ns / 1000 + " us");
        if (ns < least) {
          least = ns;
          best = v;
        }
      }
    }
    return work(task, data, pass, best);
  }

  private static Work work(Task task, Data data, Pass pass, Variant v) {
    return switch (task.kind()) {
      case LAYER -> new TorchLayer(task, data, pass, v);
      case MODEL -> new TorchModel(task, data, pass, v);
    };
  }

  @Override
  public double peakGflops() {
    long least = Long.MAX_VALUE;
    try (NDManager m = NDManager.newBaseManager()) {
      NDArray a = m.randomNormal(new Shape(MATRIX, MATRIX));
      NDArray b = m.randomNormal(new Shape(MATRIX, MATRIX));
      for (int i = 0; i < MATRIX_RUNS; i++) {
        long start = System.nanoTime();
        NDArray c = a.matMul(b);
        least = Math.min(least, System.nanoTime() - start);
        c.close();
      }
    }
    return 2.0 * MATRIX * MATRIX * MATRIX / least;
  }
}
