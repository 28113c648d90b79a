package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.data.Batch;
import convlstm4j.graph.Executor;
import convlstm4j.graph.Network;
import convlstm4j.graph.Parameter;
import convlstm4j.graph.Profile;
import convlstm4j.graph.Scalars;
import convlstm4j.graph.Value;
import convlstm4j.graph.Variables;
import convlstm4j.model.Objectives.Output;
import convlstm4j.model.Pass.Kind;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.train.Updater;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A network on a backend: its variables and the steps that can be done with them. */
final class Engine implements AutoCloseable {
  /** Shapes for which plans are kept: a few sizes of last batches and of validation data. */
  private static final int MOST_PASSES = 6;

  private static final String ADVICE =
      "use fewer frames (windows), smaller frames, a smaller batch or fewer filters, or give Java"
          + " more memory (-Xmx)";

  private record Key(Kind kind, List<Shape> inputs) {}

  private record Ready(Pass pass, Executor executor) {}

  private final Network network;
  private final Backend backend;
  private final DType dtype;
  private final Variables variables;
  private final Profile profile;
  private final Scalars scalars;
  private final LinkedHashMap<Key, Ready> passes = new LinkedHashMap<>(16, 0.75f, true);

  Engine(Network network, Backend backend, DType dtype, long seed, Profile profile) {
    this.profile = profile;
    this.network = network;
    this.backend = backend;
    this.dtype = dtype;
    this.scalars = new Scalars(backend, dtype);
    long bytes = weightBytes(network, dtype);
    long free = backend.memory().capacityBytes() - backend.memory().liveBytes();
    if (bytes > free) {
      throw new BackendException(
          backend.name()
              + ": the model's weights need "
              + MemoryEstimate.gib(bytes)
              + ", "
              + MemoryEstimate.gib(free)
              + " are free: "
              + ADVICE);
    }
    this.variables = new Variables(network.parameters(), backend, dtype, seed);
  }

  static long weightBytes(Network network, DType dtype) {
    try {
      long elements = 0;
      for (Parameter p : network.parameters()) {
        elements = Math.addExact(elements, p.shape().elements());
      }
      return Math.multiplyExact(elements, (long) dtype.bytes());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE; // more than can be counted, so more than any memory has
    }
  }

  static MemoryEstimate estimate(
      Network network,
      Backend backend,
      DType dtype,
      Objectives objectives,
      Kind kind,
      List<Shape> inputs) {
    Pass pass = Pass.of(kind, network, objectives, inputs);
    long step =
        Executor.peakBytes(
            pass.program(),
            backend,
            dtype,
            kind.mode,
            pass.kept(objectives),
            pass.differentiated());
    long slots =
        kind == Kind.TRAIN
            ? Updater.bytes(objectives.compile().optimizer(), objectives.trainable(), dtype)
            : 0;
    return new MemoryEstimate(weightBytes(network, dtype), slots, pass.feedBytes(dtype), step);
  }

  Variables variables() {
    return variables;
  }

  Network network() {
    return network;
  }

  /** What stateful layers remember, by name. */
  Map<String, Tensor> states() {
    Map<String, Tensor> states = new LinkedHashMap<>();
    variables.states().forEach((s, t) -> states.put(network.name(s), t));
    return states;
  }

  /** Forgets the programs, since losses or frozen layers have changed. */
  void forgetPasses() {
    passes.values().forEach(r -> r.executor().close());
    passes.clear();
  }

  private Ready ready(Kind kind, Objectives objectives, List<Shape> inputs) {
    Ready known = passes.get(new Key(kind, inputs));
    if (known != null) {
      return known;
    }
    if (kind == Kind.TRAIN) {
      checkTrainable(objectives);
    }
    Pass pass = Pass.of(kind, network, objectives, inputs);
    Executor executor =
        new Executor(pass.program(), variables, kind.mode, pass.kept(objectives), List.of());
    executor.profile(profile);
    long need = executor.peakBytes(pass.differentiated()) + pass.feedBytes(dtype);
    Memory memory = backend.memory();
    long free = memory.capacityBytes() - memory.liveBytes();
    if (need > free) {
      executor.close();
      throw new BackendException(
          backend.name()
              + ": a step on inputs of shape "
              + inputs
              + " needs "
              + MemoryEstimate.gib(need)
              + " beside "
              + MemoryEstimate.gib(memory.liveBytes())
              + " in use, "
              + MemoryEstimate.gib(free)
              + " are free: "
              + ADVICE);
    }
    if (passes.size() >= MOST_PASSES) {
      Key oldest = passes.keySet().iterator().next();
      passes.remove(oldest).executor().close();
    }
    Ready made = new Ready(pass, executor);
    passes.put(new Key(kind, inputs), made);
    return made;
  }

  private void checkTrainable(Objectives objectives) {
    if (!network.parameters().stream()
        .filter(Parameter::isTrainable)
        .toList()
        .equals(objectives.trainable())) {
      throw new IllegalStateException(
          "layers were frozen or unfrozen since the model was compiled: call compile again");
    }
  }

  /** All outputs for a batch's inputs; the states of stateful layers go on. */
  List<Tensor> predict(Batch batch) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    Ready r = ready(Kind.PREDICT, null, shapes(inputs));
    try (Fed fed = new Fed(inputs)) {
      r.executor().forward(fed.buffers, new Philox(0, 0));
      List<Tensor> outputs =
          r.pass().outputs().stream().map(v -> download(r.executor(), v)).toList();
      r.executor().commit();
      return outputs;
    } finally {
      r.executor().release();
    }
  }

  /** Losses and predictions of a batch; the states of stateful layers go on. */
  Results evaluate(Batch batch, Objectives objectives) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    Ready r = ready(Kind.EVALUATE, objectives, shapes(inputs));
    Feeds feeds = feeds(r, objectives, batch, inputs, Map.of());
    boolean hadStates = variables.hasStates();
    boolean done = false;
    try (Fed fed = new Fed(feeds.all())) {
      r.executor().forward(fed.buffers, new Philox(0, 0));
      Results results = results(r, objectives, feeds, batch.size());
      checkLoss(results, objectives, batch, "evaluating", Optional::empty);
      r.executor().commit();
      done = true;
      return results;
    } finally {
      r.executor().release();
      forgetStates(done || hadStates);
    }
  }

  /**
   * One step of training. Weights, statistics, states and slots change only if loss and gradients
   * are finite.
   */
  Results train(
      Batch batch,
      Objectives objectives,
      Map<String, Map<Integer, Double>> classWeights,
      Updater updater,
      double rate,
      long step,
      long seed) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    Ready r = ready(Kind.TRAIN, objectives, shapes(inputs));
    Feeds feeds = feeds(r, objectives, batch, inputs, classWeights);
    boolean hadStates = variables.hasStates();
    boolean done = false;
    Executor x = r.executor();
    try (Fed fed = new Fed(feeds.all());
        Fed termWeights = new Fed(termWeights(r.pass(), objectives))) {
      x.forward(fed.buffers, new Philox(seed, step));
      Results results = results(r, objectives, feeds, batch.size());
      String when = "step " + (step + 1);
      checkLoss(results, objectives, batch, when, x::firstNonFinite);
      x.backward(r.pass().differentiated(), termWeights.buffers);
      List<Buffer> gradients = objectives.trainable().stream().map(x::gradient).toList();
      Optional<String> bad = updater.firstNonFinite(gradients);
      if (bad.isPresent()) {
        throw nonFinite(batch, when, "the gradient of weight " + bad.get(), bad.get());
      }
      updater.update(gradients, rate, step);
      x.commit();
      done = true;
      return results;
    } finally {
      x.release();
      forgetStates(done || hadStates);
    }
  }

  /** A run that failed before there were states leaves none, so that the next may have any size. */
  private void forgetStates(boolean keep) {
    if (!keep) {
      variables.resetStates();
    }
  }

  private static List<Shape> shapes(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::shape).toList();
  }

  private static Feeds feeds(
      Ready r,
      Objectives objectives,
      Batch batch,
      List<Tensor> inputs,
      Map<String, Map<Integer, Double>> classWeights) {
    List<Shape> outputs = r.pass().outputs().stream().map(Value::shape).toList();
    return Feeds.of(inputs, objectives, batch, outputs, classWeights);
  }

  /** What each term counts in the total loss: an output's weight, 1 for a penalty. */
  private static List<Tensor> termWeights(Pass pass, Objectives objectives) {
    List<Tensor> weights = new ArrayList<>();
    for (Output o : objectives.outputs()) {
      if (o.isTrained()) {
        weights.add(Tensor.of(new double[] {o.weight()}, 1));
      }
    }
    pass.program().penalties().forEach(p -> weights.add(Tensor.of(new double[] {1}, 1)));
    return weights;
  }

  private Results results(Ready r, Objectives objectives, Feeds feeds, long samples) {
    int n = objectives.outputs().size();
    List<Double> losses = new ArrayList<>();
    List<Tensor> predictions = new ArrayList<>();
    List<Value> numbers = new ArrayList<>();
    for (int k = 0; k < n; k++) {
      if (objectives.outputs().get(k).isTrained()) {
        numbers.add(r.pass().losses().get(k));
      }
    }
    numbers.addAll(r.pass().program().penalties());
    double[] values = scalars.read(numbers.stream().map(r.executor()::value).toList());
    int next = 0;
    double total = 0;
    for (int k = 0; k < n; k++) {
      Output o = objectives.outputs().get(k);
      if (o.isTrained()) {
        losses.add(values[next++]);
        total += o.weight() * losses.get(k);
      } else {
        losses.add(0.0);
      }
      predictions.add(
          o.metrics().isEmpty() ? null : download(r.executor(), r.pass().outputs().get(k)));
    }
    while (next < values.length) {
      total += values[next++]; // the penalties
    }
    return new Results(total, losses, predictions, feeds.targets(), feeds.weights(), samples);
  }

  private void checkLoss(
      Results results,
      Objectives objectives,
      Batch batch,
      String when,
      Supplier<Optional<String>> layer) {
    if (Double.isFinite(results.total())) {
      return;
    }
    String what = "a regulariser's penalty";
    for (int k = objectives.outputs().size() - 1; k >= 0; k--) {
      if (!Double.isFinite(results.losses().get(k))) {
        what = "the loss of output \"" + objectives.outputs().get(k).name() + "\"";
      }
    }
    Optional<String> first = layer.get();
    throw nonFinite(
        batch,
        when,
        what + first.map(l -> ", first the output of layer \"" + l + "\",").orElse(""),
        first.orElse(what));
  }

  private static NonFiniteException nonFinite(Batch batch, String when, String what, String where) {
    return new NonFiniteException(
        batch.description(),
        where,
        when
            + ", batch \""
            + batch.description()
            + "\": "
            + what
            + " is NaN or infinite; the model is as before. A lower learning rate or clipNorm may"
            + " help");
  }

  private Tensor download(Executor x, Value v) {
    return backend.memory().download(x.value(v));
  }

  @Override
  public void close() {
    forgetPasses();
    scalars.close();
    variables.close();
  }

  /** Host values in the backend's memory for the length of a step. */
  private final class Fed implements AutoCloseable {
    private final List<Buffer> buffers = new ArrayList<>();

    Fed(List<Tensor> tensors) {
      try {
        for (Tensor t : tensors) {
          Buffer b = backend.memory().allocate(dtype, t.shape());
          buffers.add(b);
          backend.memory().upload(t.cast(dtype), b);
        }
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public void close() {
      buffers.forEach(Buffer::close);
    }
  }
}
