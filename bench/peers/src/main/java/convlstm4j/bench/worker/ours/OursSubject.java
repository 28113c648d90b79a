package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Stopwatch;
import convlstm4j.bench.worker.Subject;
import convlstm4j.bench.worker.WallClock;
import convlstm4j.bench.worker.Work;
import convlstm4j.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/** A backend of this project. */
public final class OursSubject implements Subject {
  /** Variant of a work that can tell which part of its time went into which ops. */
  public static final String PROFILED = "profiled";

  private final Backend backend;
  private final int threads;
  private final Stopwatch stopwatch;

  /**
   * A backend under measurement.
   *
   * @param backend a started backend
   * @param threads how many threads it was given
   */
  public OursSubject(Backend backend, int threads) {
    this.backend = backend;
    this.threads = threads;
    this.stopwatch = isCuda() ? new CudaClock(backend) : new WallClock();
  }

  private boolean isCuda() {
    return backend.name().equals("cuda");
  }

  @Override
  public Map<String, Object> describe() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("version", "ConvLSTM4J " + backend.name() + ", " + backend.description());
    told.put("threads", threads);
    if (isCuda()) {
      told.put("device", backend.description());
    }
    return told;
  }

  @Override
  public Stopwatch stopwatch() {
    return stopwatch;
  }

  @Override
  public Work prepare(Task task, Data data, Pass pass, String variant) {
    if (variant.equals(PROFILED)) {
      return work(new TimedBackend(backend), DType.FLOAT32, task, data, pass);
    }
    Work work = work(backend, DType.FLOAT32, task, data, pass);
    if (work instanceof StepWork step) {
      step.record();
    }
    return work;
  }

  /**
   * A task on a backend.
   *
   * @param backend which backend
   * @param dtype in which precision
   * @param task what to compute
   * @param data its numbers
   * @param pass forward or training
   * @return the work
   */
  public static Work work(Backend backend, DType dtype, Task task, Data data, Pass pass) {
    if (pass == Pass.STEP) {
      return new StepWork(backend, dtype, task, data);
    }
    return switch (task.kind()) {
      case LAYER -> new LayerWork(backend, dtype, task, data, pass);
      case MODEL -> new ModelWork(backend, dtype, task, data, pass);
    };
  }

  @Override
  public double peakGflops() {
    return 0;
  }
}
