import convlstm4j.graph.Symbol;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.model.Predictor;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Predictions per second of a small network by many threads: with one model for each thread, and with one Predictor; and
 * the resident memory along the way. Taking turns, since machines are noisy.
 */
public final class Throughput {
  private static final int ROUNDS = 10;
  private static final Tensor VIDEO = Tensor.zeros(DType.FLOAT32, Shape.of(1, 4, 16, 16, 3));

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    int threads = Integer.parseInt(args[0]);
    int calls = Integer.parseInt(args[1]) / ROUNDS;
    List<Model> models = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      models.add(model());
    }
    System.out.println("round,model_per_thread_calls_per_s,predictor_calls_per_s,ratio,resident_mib");
    List<Double> ratios = new ArrayList<>();
    try (Predictor predictor = Predictor.of(models.get(0))) {
      System.err.println(predictor);
      for (int round = 0; round <= ROUNDS; round++) {
        int n = round == 0 ? Math.min(calls, 2000) : calls; // warming up
        double alone = rate(threads, n, t -> models.get(t).predict(VIDEO));
        double shared = rate(threads, n, t -> predictor.predict(VIDEO));
        if (round > 0) {
          ratios.add(shared / alone);
          System.out.printf("%d,%.0f,%.0f,%.2f,%d%n", round, alone, shared, shared / alone, resident());
        }
      }
    }
    models.forEach(Model::close);
    ratios.sort(null);
    System.err.printf("median ratio %.2f%n", ratios.get(ROUNDS / 2));
  }

  private static Model model() {
    Symbol v = Input.named("video", 4, 16, 16, 3);
    Symbol x = new ConvLSTM2D(8, 3).returnSequences(true).apply(v);
    x = new TimeDistributed(new Dense(2)).apply(new TimeDistributed(new Flatten()).apply(x));
    return Model.of(v, x).backend("onednn").seed(1);
  }

  private interface Call {
    Object by(int thread);
  }

  private static double rate(int threads, int calls, Call call) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(calls);
    List<Thread> all = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      int number = t;
      Thread thread =
          new Thread(
              () -> {
                while (left.getAndDecrement() > 0) {
                  call.by(number);
                }
              });
      thread.start();
      all.add(thread);
    }
    for (Thread t : all) {
      t.join();
    }
    return calls * 1e9 / (System.nanoTime() - start);
  }

  private static long resident() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmRSS"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) >> 10)
        .findFirst()
        .orElseThrow();
  }
}
