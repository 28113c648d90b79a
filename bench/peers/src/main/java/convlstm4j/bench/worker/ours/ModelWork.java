package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Models;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Roles;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.objective.Loss;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An article's network on a backend: outputs, or its losses and the gradients of its weights. */
final class ModelWork implements Work {
  private final Backend backend;
  private final Memory memory;
  private final DType dtype;
  private final Pass pass;
  private final Network network;
  private final Variables variables;
  private final Executor executor;
  private final List<Value> outputs;
  private final List<Value> losses = new ArrayList<>();
  private final List<Buffer> feeds = new ArrayList<>();
  private final List<Buffer> lossWeights = new ArrayList<>();

  ModelWork(Backend backend, DType dtype, Task task, Data data, Pass pass) {
    this.network = Models.of(task).network();
    this.backend = backend;
    this.memory = backend.memory();
    this.dtype = dtype;
    this.pass = pass;
    boolean training = pass == Pass.TRAINING;
    variables = new Variables(network.parameters(), backend, dtype, 0);
    Roles.of(network).forEach((role, p) -> variables.set(p, data.read(role)));
    Program.Builder g = new Program.Builder(training);
    Tensor x = data.read("x");
    Value video = feed(g, x);
    outputs = network.lower(g, List.of(video));
    if (training) {
      for (int k = 0; k < outputs.size(); k++) {
        Tensor target = data.read("t_" + network.outputNames().get(k));
        Tensor weight = ones(target.shape().without(-1));
        losses.add(
            g.op(Loss.binaryCrossentropy().op(), outputs.get(k), feed(g, target), feed(g, weight)));
        lossWeights.add(upload(ones(Shape.of(1))));
      }
    }
    executor =
        new Executor(
            g.build(),
            variables,
            training ? Backend.Mode.TRAINING : Backend.Mode.INFERENCE,
            training ? losses : outputs,
            List.of());
  }

  private Value feed(Program.Builder g, Tensor t) {
    feeds.add(upload(t));
    return g.feed(t.shape());
  }

  private Buffer upload(Tensor t) {
    Buffer b = memory.allocate(dtype, t.shape());
    memory.upload(t.cast(dtype), b);
    return b;
  }

  private static Tensor ones(Shape shape) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, 1);
    }
    return t;
  }

  /** The last run's values stay until the next. */
  @Override
  public void run() {
    executor.forward(feeds, new Philox(0, 0));
    if (pass == Pass.TRAINING) {
      executor.backward(losses, lossWeights);
    }
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    if (pass == Pass.FORWARD) {
      for (int k = 0; k < outputs.size(); k++) {
        results.put(network.outputNames().get(k), memory.download(executor.value(outputs.get(k))));
      }
      return results;
    }
    double loss = 0;
    for (Value l : losses) {
      loss += memory.download(executor.value(l)).get(0);
    }
    results.put("loss", Tensor.of(new double[] {loss}, 1));
    for (Map.Entry<String, Parameter> p : Roles.of(network).entrySet()) {
      if (Task.isTrained(p.getKey())) {
        results.put("d_" + p.getKey(), memory.download(executor.gradient(p.getValue())));
      }
    }
    return results;
  }

  @Override
  public String variant() {
    return "";
  }

  @Override
  public Map<String, Double> shares() {
    return TimedBackend.shares(backend);
  }

  @Override
  public void close() {
    executor.close();
    feeds.forEach(Buffer::close);
    lossWeights.forEach(Buffer::close);
    variables.close();
  }
}
