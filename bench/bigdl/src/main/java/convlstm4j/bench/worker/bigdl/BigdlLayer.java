package convlstm4j.bench.worker.bigdl;

import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One ConvLSTM layer in BigDL, in one of two ways: one copy of the layer on the whole batch, MKL
 * with all threads; or, as BigDL's own training does, several copies on parts of the batch, MKL
 * with one thread each, gradients added up.
 */
final class BigdlLayer implements Work {
  private final List<Replica> replicas = new ArrayList<>();
  private final ExecutorService executor;
  private final Pass pass;

  BigdlLayer(Task task, Data data, Pass pass, int copies, int threads) {
    this.pass = pass;
    executor = Executors.newFixedThreadPool(copies);
    Tensor x = channelsFirst(data.read("x"));
    Tensor dy = pass == Pass.TRAINING ? channelsFirst(data.read("d_y")) : null;
    long n = x.shape().dim(0);
    for (int k = 0; k < copies; k++) {
      long from = n * k / copies;
      long to = n * (k + 1) / copies;
      replicas.add(
          new Replica(
              data,
              (int) task.outputs().get("y").dim(-1),
              samples(x, from, to),
              dy == null ? null : samples(dy, from, to),
              Math.max(1, threads / copies)));
    }
  }

  private static Tensor samples(Tensor t, long from, long to) {
    int each = t.size() / (int) t.shape().dim(0);
    float[] part = new float[(int) (to - from) * each];
    System.arraycopy(t.floats(), (int) from * each, part, 0, part.length);
    return Tensor.of(part, t.shape().with(0, to - from));
  }

  /** {@code [N,T,H,W,C]} to {@code [N,T,C,H,W]}. */
  private static Tensor channelsFirst(Tensor t) {
    long[] d = t.shape().dims();
    return swapped(t, d[0] * d[1], d[2] * d[3], d[4], Shape.of(d[0], d[1], d[4], d[2], d[3]));
  }

  /** {@code [N,T,C,H,W]} to {@code [N,T,H,W,C]}. */
  private static Tensor channelsLast(Tensor t) {
    long[] d = t.shape().dims();
    return swapped(t, d[0] * d[1], d[2], d[3] * d[4], Shape.of(d[0], d[1], d[3], d[4], d[2]));
  }

  private static Tensor swapped(Tensor t, long images, long rows, long columns, Shape shape) {
    float[] from = t.floats();
    float[] to = new float[from.length];
    int r = (int) rows;
    int c = (int) columns;
    for (int image = 0; image < images; image++) {
      int at = image * r * c;
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < c; j++) {
          to[at + j * r + i] = from[at + i * c + j];
        }
      }
    }
    return Tensor.of(to, shape);
  }

  @Override
  public void run() {
    List<Future<?>> running = new ArrayList<>();
    replicas.forEach(r -> running.add(executor.submit(r)));
    try {
      for (Future<?> f : running) {
        f.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    for (int k = 1; k < replicas.size(); k++) {
      if (pass == Pass.TRAINING) {
        replicas.get(0).addGradients(replicas.get(k));
      }
    }
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    results.put("y", channelsLast(joined(replicas.stream().map(Replica::y).toList())));
    if (pass == Pass.TRAINING) {
      results.put("dx", channelsLast(joined(replicas.stream().map(Replica::dx).toList())));
      results.putAll(replicas.get(0).weightGradients());
    }
    return results;
  }

  private static Tensor joined(List<Tensor> parts) {
    long n = parts.stream().mapToLong(p -> p.shape().dim(0)).sum();
    Tensor all =
        Tensor.of(
            new float[parts.stream().mapToInt(Tensor::size).sum()],
            parts.get(0).shape().with(0, n));
    int at = 0;
    for (Tensor p : parts) {
      System.arraycopy(p.floats(), 0, all.floats(), at, p.size());
      at += p.size();
    }
    return all;
  }

  @Override
  public String variant() {
    return replicas.size() + (replicas.size() == 1 ? " copy" : " copies, parts of the batch");
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
