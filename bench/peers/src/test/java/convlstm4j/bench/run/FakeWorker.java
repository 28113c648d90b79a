package convlstm4j.bench.run;

import convlstm4j.backend.Backends;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Subject;
import convlstm4j.bench.worker.Work;
import convlstm4j.bench.worker.WorkerLoop;
import convlstm4j.bench.worker.ours.OursSubject;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A contender's process with a fault. */
final class FakeWorker implements Subject {
  /** What is wrong with it. */
  enum Fault {
    NONE,
    /** The first and the second half of the output have changed places. */
    HALVES_SWAPPED,
    /** The gradient of the bias is left at zero. */
    NO_BIAS_GRADIENT,
    /** One value is not a number. */
    NAN,
    /** An array is not there. */
    ARRAY_MISSING,
    /** It cannot train, and says so. */
    FORWARD_ONLY,
    /** In training. */
    HANGS,
    DIES,
    /** It prints beside its answers. */
    CHATTERS
  }

  private final Fault fault;
  private final OursSubject subject = new OursSubject(Backends.named("reference"), 1);

  private FakeWorker(Fault fault) {
    this.fault = fault;
  }

  static Contender contender(Fault fault) {
    List<String> command =
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FakeWorker.class.getName(),
            fault.name());
    return new Contender(fault.name(), command, Map.of(), "");
  }

  public static void main(String[] args) throws IOException {
    Fault fault = Fault.valueOf(args[0]);
    if (fault == Fault.CHATTERS) {
      System.out.println("loading ...");
    }
    WorkerLoop.serve(() -> new FakeWorker(fault));
  }

  @Override
  public Map<String, Object> describe() {
    return Map.of("version", "fake", "threads", 1);
  }

  @Override
  public double peakGflops() {
    return 7;
  }

  @Override
  public Work prepare(Task task, Data data, Pass pass, String variant) {
    if (fault == Fault.FORWARD_ONLY && pass == Pass.TRAINING) {
      throw new UnsupportedOperationException("it has no gradients");
    }
    return new Spoilt(subject.prepare(task, data, pass, variant), pass);
  }

  private final class Spoilt implements Work {
    private final Work work;
    private final Pass pass;

    Spoilt(Work work, Pass pass) {
      this.work = work;
      this.pass = pass;
    }

    @Override
    public void run() {
      if (fault == Fault.HANGS && pass == Pass.TRAINING) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      if (fault == Fault.DIES) {
        Runtime.getRuntime().halt(3);
      }
      work.run();
    }

    @Override
    public Map<String, Tensor> results() {
      Map<String, Tensor> results = new LinkedHashMap<>(work.results());
      switch (fault) {
        case HALVES_SWAPPED -> swapHalves(results.get("y"));
        case NO_BIAS_GRADIENT ->
            results.computeIfPresent("d_bias", (k, t) -> Tensor.zeros(t.dtype(), t.shape()));
        case NAN -> results.get("y").set(1, Double.NaN);
        case ARRAY_MISSING -> results.remove("y");
        default -> {}
      }
      return results;
    }

    private static void swapHalves(Tensor t) {
      for (int i = 0; i < t.size() / 2; i++) {
        double v = t.get(i);
        t.set(i, t.get(i + t.size() / 2));
        t.set(i + t.size() / 2, v);
      }
    }

    @Override
    public String variant() {
      return "fake";
    }

    @Override
    public void close() {
      work.close();
    }
  }
}
