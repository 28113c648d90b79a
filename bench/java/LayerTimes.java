import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.config.KerasVersion;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Input;
import convlstm4j.layer.Layers;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The process of {@code bench/layers} that holds this project's backend: a layer at a time, forward and backward. */
public final class LayerTimes {
  private final Backend backend = Backends.named("onednn");
  private Path folder;
  private Network network;
  private Variables variables;
  private Pass forward;
  private Pass training;
  private Buffer dy;

  /** A layer planned for one mode. */
  private final class Pass implements AutoCloseable {
    final Value x;
    final List<Value> outputs;
    final Executor executor;
    final Buffer fed;

    Pass(Tensor input, Mode mode) {
      Program.Builder g = new Program.Builder(mode == Mode.TRAINING);
      x = g.feed(input.shape());
      outputs = network.lower(g, List.of(x));
      executor = new Executor(g.build(), variables, mode, outputs, List.of(x));
      fed = upload(input);
    }

    void run() {
      executor.forward(List.of(fed), new Philox(1, 0));
      if (this == training) {
        executor.backwardFrom(outputs, List.of(dy)); // as PyTorch, which does not copy it either
      }
      executor.release();
    }

    @Override
    public void close() {
      executor.close();
      fed.close();
    }
  }

  private Buffer upload(Tensor t) {
    Buffer b = backend.memory().allocate(DType.FLOAT32, t.shape());
    backend.memory().upload(t, b);
    return b;
  }

  private Tensor read(String name) {
    return NpyFile.open(folder.resolve(name)).read(DType.FLOAT32);
  }

  private Object prepare(Map<?, ?> task) {
    if (network != null) {
      forward.close();
      if (training != null) {
        training.close();
        dy.close();
        training = null;
      }
      variables.close();
    }
    folder = Path.of((String) task.get("folder"));
    Tensor x = read("x.npy");
    Map<String, Object> config = new LinkedHashMap<>();
    ((Map<?, ?>) task.get("config")).forEach((k, v) -> config.put(String.valueOf(k), v));
    Symbol in = Input.shape(x.shape().from(1).dims());
    Symbol out = Layers.fromConfig((String) task.get("kind"), config, KerasVersion.KERAS3).apply(in);
    network = Network.of(List.of(in), List.of(out));
    variables = new Variables(network.parameters(), backend, DType.FLOAT32, 1);
    for (int i = 0; i < network.parameters().size(); i++) {
      variables.set(network.parameters().get(i), read("w" + i + ".npy"));
    }
    forward = new Pass(x, Mode.INFERENCE);
    List<Long> shape = new ArrayList<>();
    for (long d : out.shape().with(0, x.shape().dim(0)).dims()) {
      shape.add(d);
    }
    return shape;
  }

  private Object check() {
    dy = upload(read("dy.npy"));
    training = new Pass(read("x.npy"), Mode.TRAINING);
    training.executor.forward(List.of(training.fed), new Philox(1, 0));
    training.executor.backward(training.outputs, List.of(dy));
    int n = 0;
    write(n++, training.executor.value(training.outputs.get(0)));
    write(n++, training.executor.gradient(training.x));
    for (var p : network.parameters()) {
      write(n++, training.executor.gradient(p));
    }
    training.executor.release();
    return n;
  }

  private void write(int n, Buffer b) {
    NpyWriter.write(folder.resolve("ours" + n + ".npy"), backend.memory().download(b));
  }

  private Object time(String pass, int count) {
    Pass p = pass.equals("training") ? training : forward;
    List<Long> ns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      p.run();
      ns.add(System.nanoTime() - start);
    }
    return ns;
  }

  public static void main(String[] args) throws Exception {
    LayerTimes times = new LayerTimes();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Map<String, Object> r = JSON.std.mapFrom(line);
      Object answer =
          switch ((String) r.get("do")) {
            case "describe" -> times.backend.description();
            case "prepare" -> times.prepare((Map<?, ?>) r.get("task"));
            case "check" -> times.check();
            default -> times.time((String) r.get("pass"), (Integer) r.get("count"));
          };
      System.out.println(JSON.std.asString(Map.of("answer", answer)));
      System.out.flush();
    }
  }
}
