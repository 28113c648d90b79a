package convlstm4j.model;

import static java.util.stream.Collectors.joining;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory.Place;
import convlstm4j.backend.Upload;
import convlstm4j.data.Batch;
import convlstm4j.data.Frames;
import convlstm4j.execution.Executor;
import convlstm4j.execution.FiniteCheck;
import convlstm4j.execution.Planned;
import convlstm4j.execution.Profile;
import convlstm4j.execution.Scalars;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.model.Pass.Kind;
import convlstm4j.model.Passes.Ready;
import convlstm4j.optim.Updater;
import convlstm4j.program.Parameter;
import convlstm4j.program.State;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import convlstm4j.tensor.TensorsOnDemand;
import convlstm4j.tensor.TensorsOnDemand.Elsewhere;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A network on a backend: its variables and the steps that can be done with them. */
final class Engine implements AutoCloseable {
  /** Shapes for which a recorded training step is kept, each with the memory that it works on. */
  private static final int MOST_STEPS = 4;

  private final Network network;
  private final Backend backend;
  private final DType dtype;
  private final Variables variables;
  private final @Nullable Profile profile;
  private final Scalars scalars;
  private final Room room;
  private final Limits limits;
  private final Passes passes = new Passes();

  /** Those that are open, and some that no longer are. */
  private final List<StreamState> streams = new ArrayList<>();

  /** States of training, by name, while the model is used before that goes on; else empty. */
  private Map<String, Tensor> aside = Map.of();

  Engine(Network network, Backend backend, DType dtype, @Nullable Profile profile, Limits limits) {
    this.limits = limits;
    this.profile = profile;
    this.network = network;
    this.backend = backend;
    this.dtype = dtype;
    this.scalars = new Scalars(backend, dtype);
    this.room = new Room(network, backend, dtype, limits);
    room.checkWeights(weightBytes(network, dtype));
    this.variables = new Variables(network.parameters(), backend, dtype);
  }

  /**
   * One that reads weights which are there, and does not train.
   *
   * @param variables closed with this
   */
  Engine(Network network, Variables variables, Limits limits) {
    this.limits = limits;
    this.profile = null;
    this.network = network;
    this.backend = variables.backend();
    this.dtype = variables.dtype();
    this.scalars = new Scalars(backend, dtype);
    this.room = new Room(network, backend, dtype, limits);
    this.variables = variables;
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

  /** What a run of all frames at once takes, and how many ops it starts. */
  record AtOnce(MemoryEstimate memory, long ops) {}

  static AtOnce atOnce(
      Network network,
      Backend backend,
      DType dtype,
      @Nullable Objectives objectives,
      Kind kind,
      List<Shape> inputs) {
    Pass pass = Pass.of(kind, network, objectives, inputs);
    long step;
    long ops;
    try (Planned planned =
        new Planned(pass.program(), backend, dtype, kind.mode, pass.kept(), List.of())) {
      step = planned.peakBytes(pass.differentiated());
      ops = planned.ops(pass.differentiated());
    }
    long slots =
        objectives != null && kind == Kind.TRAIN
            ? Updater.bytes(objectives.compile().optimizer(), objectives.trainable(), dtype)
            : 0;
    long batch = pass.batchBytes(dtype, backend.memory().stagesAhead());
    return new AtOnce(new MemoryEstimate(weightBytes(network, dtype), slots, batch, step), ops);
  }

  Variables variables() {
    return variables;
  }

  /**
   * Begins a stream, closed with this if not before.
   *
   * @param nonFinite is told of what is not finite
   */
  StreamState stream(Consumer<NonFiniteException> nonFinite) {
    streams.removeIf(StreamState::isClosed);
    StreamState stream =
        new StreamState(network, backend, dtype, variables, room, this::rest, nonFinite);
    streams.add(stream);
    return stream;
  }

  Network network() {
    return network;
  }

  /** Is told what comes beside the batch at work. */
  Room room() {
    return room;
  }

  boolean preparesAhead() {
    return backend.memory().stagesAhead();
  }

  /** Copies of weights and statistics by name, in the network's order. */
  TensorsOnDemand weights() {
    Map<String, Elsewhere> all = new LinkedHashMap<>();
    network
        .parameters()
        .forEach(p -> all.put(network.name(p), new Elsewhere(p.shape(), () -> variables.get(p))));
    return new TensorsOnDemand(all);
  }

  /**
   * Replaces all of them.
   *
   * @param values in the network's order, each read once; of the right shapes
   */
  void weights(Iterable<Tensor> values) {
    Iterator<Tensor> all = values.iterator();
    for (Parameter p : network.parameters()) {
      variables.set(p, all.next());
    }
  }

  /** What stateful layers remember of training, by name. */
  Map<String, Tensor> states() {
    return aside.isEmpty() ? usedStates() : aside;
  }

  /** What stateful layers will go on from when the model is used, by name. */
  Map<String, Tensor> usedStates() {
    Map<String, Tensor> states = new LinkedHashMap<>();
    variables.states().forEach((s, t) -> states.put(network.name(s), t));
    return states;
  }

  /** Replaces what stateful layers remember, all of it. */
  void setStates(Map<String, Tensor> values) {
    aside = Map.of();
    variables.resetStates();
    for (State s : network.states()) {
      Tensor value = values.get(network.name(s));
      if (value != null) {
        variables.setState(s, value);
      }
    }
  }

  /** Begins with zeros until training goes on. */
  void setStatesAside() {
    aside = states();
    variables.resetStates();
  }

  private void takeStatesBack() {
    if (!aside.isEmpty()) {
      setStates(aside);
    }
  }

  /** Sets what is remembered of some samples to zeros, in use and set aside. */
  void resetStates(int... samples) {
    Map<String, Tensor> kept = new LinkedHashMap<>();
    aside.forEach((name, t) -> kept.put(name, Stateful.reset(t, samples)));
    Map<String, Tensor> used = usedStates();
    used.replaceAll((name, t) -> Stateful.reset(t, samples));
    setStates(used);
    aside = kept;
  }

  /** Forgets the programs, since losses or frozen layers have changed. */
  void forgetPasses() {
    List<AutoCloseable> all = new ArrayList<>(List.<AutoCloseable>of(this::rest, passes));
    streams.forEach(s -> all.add(s::forgetPlans));
    Closing.all(all);
  }

  private Pass pass(
      Kind kind, @Nullable Objectives objectives, List<Shape> inputs, Set<Integer> weighted) {
    return passes
        .get(kind, inputs, weighted)
        .orElseGet(() -> passes.put(Pass.of(kind, network, objectives, inputs, weighted), inputs));
  }

  private Pass prediction(List<Shape> inputs) {
    return pass(Kind.PREDICT, null, inputs, Set.of());
  }

  /** What runs a pass, made at its first use; fails if there is no room for a run. */
  private Executor ready(Pass pass, @Nullable Objectives objectives, List<Shape> inputs) {
    Ready ready = passes.ready(pass, inputs);
    if (ready.executor != null) {
      makeRoom(ready.executor, pass);
      room.checkAgain(pass, objectives, inputs);
      ready.begin();
      return ready.executor;
    }
    Executor executor = planned(pass, 0);
    boolean mayGrow;
    try {
      makeRoom(executor, pass);
      for (int level = 1; level <= backend.frugality() && !fits(executor, pass); level++) {
        executor = lighter(executor, pass, level);
      }
      mayGrow = !room.isTight(pass, executor.peakBytes(pass.differentiated()));
      room.check(pass, objectives, inputs, executor.peakBytes(pass.differentiated()));
    } catch (BackendException e) {
      Closing.after(e, executor);
      throw e;
    }
    executor.profile(profile);
    ready.runsAtOnce(executor, backend.memory(), mayGrow);
    return executor;
  }

  private Executor planned(Pass pass, int level) {
    return backend.frugal(
        level,
        () -> new Executor(pass.program(), variables, pass.kind().mode, pass.kept(), List.of()));
  }

  /**
   * One that takes less memory in the place of one that does not fit; the same if there is none.
   */
  private Executor lighter(Executor heavy, Pass pass, int level) {
    Executor light;
    try {
      light = planned(pass, level);
    } catch (BackendException e) {
      return heavy; // no algorithm does with so little; that the heavy one does not fit is told
    }
    heavy.close();
    return light;
  }

  private boolean fits(Executor executor, Pass pass) {
    return room.fits(pass, executor.peakBytes(pass.differentiated()));
  }

  /** Recorded steps go, the least recently used first, where a run would not fit beside them. */
  private void makeRoom(Executor executor, Pass pass) {
    long steps = passes.steps();
    while (steps > 0 && !fits(executor, pass)) {
      passes.closeSteps(--steps);
    }
  }

  /**
   * Whether training steps are kept while something else is done: where a backend has recorded
   * them, in a memory of its own.
   */
  private boolean keepsSteps() {
    return backend.memory().place() == Place.DEVICE;
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

  /**
   * All outputs for a batch's inputs; the states of stateful layers go on.
   *
   * @param nonFinite is told of a prediction that is not finite
   */
  List<Tensor> predict(Batch batch, Consumer<NonFiniteException> nonFinite) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    room.take(batch);
    restUnlessKept();
    return keepingStates(() -> predicted(inputs, batch.description(), nonFinite));
  }

  /** A prediction that fails before there were states leaves none. */
  private <T> T keepingStates(Supplier<T> work) {
    boolean had = variables.hasStates();
    boolean done = false;
    try {
      T result = work.get();
      done = true;
      return result;
    } finally {
      forgetStates(done || had);
    }
  }

  private List<Tensor> predicted(
      List<Tensor> inputs, String description, Consumer<NonFiniteException> nonFinite) {
    Pass pass = prediction(shapes(inputs));
    Optional<StretchedPrediction> stretched = stretched(pass, shapes(inputs));
    if (stretched.isPresent()) {
      List<Frames> frames = inputs.stream().map(Frames::of).toList();
      return stretched.get().run(variables, profile, frames, description, nonFinite);
    }
    Executor x = ready(pass, null, shapes(inputs));
    try (Fed fed = new Fed(inputs)) {
      x.forward(fed.buffers, Streams.NONE);
      List<Tensor> outputs = pass.outputs().stream().map(v -> download(x, v)).toList();
      Finite.prediction(description, network.outputNames(), outputs, () -> first(x, fed))
          .or(() -> badState(x, pass).map(s -> Finite.state(description, s)))
          .ifPresent(nonFinite);
      x.commit();
      return outputs;
    } finally {
      x.release();
    }
  }

  /** Gradients of a weighted sum of an output, with respect to the inputs; nothing is stored. */
  List<Tensor> inputGradients(Batch batch, int output, Tensor weights) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    room.take(batch);
    restUnlessKept();
    Pass pass = Pass.of(Kind.PREDICT, network, null, shapes(inputs));
    Value score = pass.outputs().get(output);
    if (!score.shape().equals(weights.shape())) {
      throw new IllegalArgumentException(
          "weights "
              + weights.shape()
              + " of the output \""
              + network.outputNames().get(output)
              + "\", expected "
              + score.shape());
    }
    List<Value> feeds = pass.program().feeds();
    try (Executor x =
        new Executor(pass.program(), variables, Mode.TRAINING, pass.outputs(), feeds)) {
      room.check(pass, null, shapes(inputs), x.peakBytes(List.of(score)));
      try (Fed fed = new Fed(inputs);
          Fed seed = new Fed(List.of(weights))) {
        x.forward(fed.buffers, Streams.NONE);
        x.backward(List.of(score), seed.buffers);
        return feeds.stream().map(v -> backend.memory().download(x.gradient(v))).toList();
      } finally {
        x.release();
      }
    }
  }

  /**
   * All outputs for inputs that are read as they are needed; the states of stateful layers go on.
   *
   * @param nonFinite is told of a prediction that is not finite
   */
  List<Tensor> predict(List<Frames> inputs, Consumer<NonFiniteException> nonFinite) {
    List<Shape> shapes = inputs.stream().map(Frames::shape).toList();
    String description = inputs.stream().map(Frames::description).collect(joining(", "));
    Feeds.checkShapes(network, description, shapes);
    room.takeUnread(shapes);
    restUnlessKept();
    Optional<StretchedPrediction> stretched = stretched(prediction(shapes), shapes);
    return stretched.isPresent()
        ? keepingStates(
            () -> stretched.get().run(variables, profile, inputs, description, nonFinite))
        : predict(
            new Batch(inputs.stream().map(Frames::all).toList(), List.of(), List.of(), description),
            nonFinite);
  }

  /** Some frames at a time, if that was chosen or all do not fit; fails if neither does. */
  private Optional<StretchedPrediction> stretched(Pass pass, List<Shape> inputs) {
    Ready ready = passes.ready(pass, inputs);
    if (ready.stretched != null) {
      ready.stretched.checkAgain(room);
    } else if (limits.frames() > 0) {
      Stretches s = new Stretches(pass, backend, dtype, limits.frames());
      ready.stretched =
          StretchedPrediction.byHand(network, pass, s, room, limits.frames()).orElse(null);
    } else if (ready.executor == null) {
      Stretches s = new Stretches(pass, backend, dtype, limits.frames());
      long beside = room.besideBytes(s.resultBytes()); // before it is counted for all at once
      try {
        ready(pass, null, inputs);
      } catch (BackendException atOnce) {
        room.takeBeside(0); // also where it failed before that was counted
        if (!atOnce.isNoRoom()) {
          throw atOnce;
        }
        ready.stretched = StretchedPrediction.fitting(network, pass, s, room, beside, atOnce);
      }
    }
    return Optional.ofNullable(ready.stretched);
  }

  /** Losses and predictions of a batch; the states of stateful layers go on. */
  Results evaluate(Batch batch, Objectives objectives, Consumer<NonFiniteException> nonFinite) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    room.take(batch);
    restUnlessKept();
    Set<Integer> weighted = Feeds.weighted(objectives, batch, Map.of());
    Pass pass = pass(Kind.EVALUATE, objectives, shapes(inputs), weighted);
    Executor x = ready(pass, objectives, shapes(inputs));
    Feeds feeds = feeds(pass, objectives, batch, inputs, Map.of());
    boolean hadStates = variables.hasStates();
    boolean done = false;
    try (Fed fed = new Fed(feeds.all())) {
      x.forward(fed.buffers, Streams.NONE);
      double[] numbers = scalars.read(pass.terms().stream().map(x::value).toList());
      Results results =
          Results.of(objectives, pass, feeds, batch.size(), numbers, v -> download(x, v));
      String of = batch.description();
      Finite.checkLoss(results, objectives, of, "evaluating", () -> first(x, fed));
      Finite.prediction(of, network.outputNames(), results.predictions(), () -> first(x, fed))
          .ifPresent(nonFinite);
      Optional<String> bad = badState(x, pass);
      if (bad.isPresent()) {
        throw Finite.stored(of, "evaluating", bad.get());
      }
      x.commit();
      done = true;
      return results;
    } finally {
      x.release();
      forgetStates(done || hadStates);
    }
  }

  /** The first state that would not be finite after this run; looks only where there are any. */
  private Optional<String> badState(Executor x, Pass pass) {
    List<Buffer> changes = x.changes();
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    try (FiniteCheck check =
            new FiniteCheck(backend, dtype, changes.stream().map(Buffer::shape).toList());
        Buffer bad = check.look(changes)) {
      double[] numbers = Scalars.values(backend.memory().download(bad));
      List<String> names = storedNames(pass);
      return IntStream.range(0, numbers.length)
          .filter(i -> !Double.isFinite(numbers[i]))
          .mapToObj(names::get)
          .findFirst();
    }
  }

  /** Names of what a run of a pass stores, in the order of {@link Executor#stored}. */
  private List<String> storedNames(Pass pass) {
    List<String> names = new ArrayList<>();
    pass.program().newStates().keySet().forEach(s -> names.add("state " + network.name(s)));
    pass.program().newParameters().keySet().forEach(p -> names.add("weight " + network.name(p)));
    return names;
  }

  private static Optional<String> first(Executor x, Fed fed) {
    return x.firstNonFinite(fed.buffers, Streams.NONE);
  }

  /** Checks a batch to train on and starts to bring it to the backend. */
  Prepared prepare(
      Batch batch, Objectives objectives, Map<String, Map<Integer, Double>> classWeights) {
    List<Tensor> inputs = Feeds.inputs(network, batch);
    room.takeToTrain(batch);
    checkTrainable(objectives);
    takeStatesBack();
    Set<Integer> weighted = Feeds.weighted(objectives, batch, classWeights);
    Pass pass = pass(Kind.TRAIN, objectives, shapes(inputs), weighted);
    Feeds feeds = feeds(pass, objectives, batch, inputs, classWeights);
    List<Tensor> all = feeds.all();
    Supplier<Upload> upload = () -> staged(all);
    if (preparesAhead() && !mayStretch(pass, shapes(inputs))) {
      Upload ahead = staged(all);
      upload = () -> ahead;
    }
    return new Prepared(
        batch.description(),
        batch.size(),
        pass,
        feeds.withoutInputs(),
        shapes(inputs),
        all,
        upload);
  }

  private Upload staged(List<Tensor> feeds) {
    return backend.memory().stage(feeds.stream().map(t -> t.cast(dtype)).toList());
  }

  /** Whether a step reads frames of its batch as they are needed, as far as that is known. */
  private boolean mayStretch(Pass pass, List<Shape> inputs) {
    return limits.frames() > 0 || passes.ready(pass, inputs).step instanceof StretchedStep;
  }

  /**
   * Starts one step of training. Weights, statistics, states and slots change only if loss,
   * gradients and all that would be stored are finite.
   *
   * @param watch is told how far a step in stretches has come
   * @return waits for the step
   */
  Supplier<Results> train(
      Prepared batch,
      Objectives objectives,
      Updater updater,
      double rate,
      long step,
      long seed,
      Consumer<Stretch> watch) {
    boolean hadStates = variables.hasStates();
    String when = "step " + (step + 1);
    Philox random = Streams.step(seed, step);
    return attempt(
        hadStates,
        () -> {
          TrainStep s = trainingStep(batch, objectives, updater);
          Supplier<double[]> numbers = s.start(batch, rate, step, random, watch);
          return () ->
              attempt(
                  hadStates,
                  () -> {
                    double[] read = numbers.get();
                    int terms = batch.pass().terms().size();
                    Results results =
                        Results.of(
                            objectives,
                            batch.pass(),
                            batch.feeds(),
                            batch.samples(),
                            Arrays.copyOf(read, terms),
                            s::measured);
                    String of = batch.description();
                    Finite.checkLoss(
                        results, objectives, of, when, () -> s.firstNonFinite(batch, random));
                    double[] changes = Arrays.copyOfRange(read, terms, read.length);
                    List<String> stored = storedNames(batch.pass());
                    Finite.checkChanges(
                        changes, updater::name, updater::tried, stored, rate, of, when);
                    return results;
                  });
        });
  }

  /** What fails leaves no step half set up. */
  private <T> T attempt(boolean hadStates, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      restAfter(e);
      forgetStates(hadStates);
      throw e;
    }
  }

  private TrainStep trainingStep(Prepared batch, Objectives objectives, Updater updater) {
    Ready ready = passes.ready(batch.pass(), batch.inputs());
    if (ready.step != null && !ready.step.isFor(updater)) {
      ready.closeStep();
    }
    if (ready.step == null) {
      passes.closeSteps(keepsSteps() ? MOST_STEPS - 1 : 0);
      Optional<StretchedTraining> some = stretched(batch, objectives, ready);
      boolean recorded = profile == null; // a profile wants to see every op
      ready.step =
          some.isPresent()
              ? new StretchedStep(batch.pass(), some.get(), objectives, variables, updater, profile)
              : new TrainingStep(
                  backend,
                  dtype,
                  batch.pass(),
                  ready(batch.pass(), objectives, batch.inputs()),
                  objectives,
                  updater,
                  recorded);
    } else {
      ready.begin();
    }
    return ready.step;
  }

  /** Some frames at a time, if that was chosen or all do not fit; fails if neither does. */
  private Optional<StretchedTraining> stretched(Prepared b, Objectives objectives, Ready ready) {
    if (ready.executor != null) {
      return Optional.empty();
    }
    StretchedTraining s = new StretchedTraining(b.pass(), backend, dtype, limits);
    if (limits.frames() > 0 && (!s.isTruncated() || limits.frames() < s.phases().steps())) {
      return s.byHand(room, limits.frames());
    }
    if (s.isTruncated()) {
      return Optional.of(s.fitting(room, room.takeBeside(s.resultBytes()), "a truncated step"));
    }
    long beside = room.besideBytes(s.resultBytes()); // before it is counted for all at once
    try {
      ready(b.pass(), objectives, b.inputs());
      return Optional.empty();
    } catch (BackendException atOnce) {
      room.takeBeside(0); // also where it failed before that was counted
      if (!atOnce.isNoRoom() || !s.isPossible()) {
        throw atOnce;
      }
      return Optional.of(s.fitting(room, beside, String.valueOf(atOnce.getMessage())));
    }
  }

  /** {@link #rest}, whose own failure must not hide the one before. */
  void restAfter(Throwable failure) {
    Closing.after(failure, this::rest);
  }

  /** Gives back what is kept from one training step to the next. */
  void rest() {
    passes.closeSteps(0);
  }

  private void restUnlessKept() {
    if (!keepsSteps()) {
      rest();
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
      Pass pass,
      Objectives objectives,
      Batch batch,
      List<Tensor> inputs,
      Map<String, Map<Integer, Double>> classWeights) {
    List<Shape> outputs = pass.outputs().stream().map(Value::shape).toList();
    return Feeds.of(inputs, objectives, batch, outputs, classWeights);
  }

  private Tensor download(Executor x, Value v) {
    return backend.memory().download(x.value(v));
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(List.of(this::forgetPasses));
    all.addAll(streams);
    all.addAll(List.of(scalars, variables));
    Closing.all(all);
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
