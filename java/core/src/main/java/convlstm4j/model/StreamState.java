package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.execution.StretchedPlan;
import convlstm4j.execution.StretchedRun;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phase;
import convlstm4j.program.time.Phase.Carried;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link Stream} remembers, and the programs that take it on. */
final class StreamState implements AutoCloseable {
  /** Frames for which a network of any number of them is cut: more than an axis has by chance. */
  private static final long SOME_FRAMES = 10_007;

  /** Numbers of frames for which plans are kept. */
  static final int MOST_PLANS = 4;

  private final Network network;
  private final Backend backend;
  private final DType dtype;
  private final Variables variables;
  private final Room room;
  private final Runnable rest;
  private final Consumer<NonFiniteException> nonFinite;
  private final Map<String, Buffer> states = new LinkedHashMap<>();

  /**
   * The network cut for inputs with the number of frames left open.
   *
   * @param expected shapes of the inputs
   */
  private record Cut(Pass pass, Stretches stretches, List<Shape> expected) {}

  /** Null before the first frames. */
  private @Nullable Cut cut;

  private final Map<Long, StretchedPlan> plans = new LinkedHashMap<>();

  private boolean closed;

  /**
   * Begins nothing yet.
   *
   * @param rest gives back what memory others only keep
   * @param nonFinite is told of what is not finite
   */
  StreamState(
      Network network,
      Backend backend,
      DType dtype,
      Variables variables,
      Room room,
      Runnable rest,
      Consumer<NonFiniteException> nonFinite) {
    this.network = network;
    this.backend = backend;
    this.dtype = dtype;
    this.variables = variables;
    this.room = room;
    this.rest = rest;
    this.nonFinite = nonFinite;
  }

  List<Tensor> next(List<Tensor> inputs) {
    Cut now = prepared(inputs);
    cut = now;
    long frames = frames(now, inputs);
    for (int i = 0; i < inputs.size(); i++) {
      check(now, i, inputs.get(i), frames);
    }
    StretchedPlan plan = plan(now, frames);
    Map<Value, Tensor> results = new HashMap<>();
    try (StretchedRun run =
        StretchedRun.goingOn(
            plan,
            variables,
            (feed, from, to) -> inputs.get(feed),
            (v, from, to, t) -> results.put(v, t),
            states)) {
      run.run();
      List<Tensor> outputs = outputs(now, results, frames);
      Finite.prediction("next", network.outputNames(), outputs, run::firstNonFinite)
          .or(() -> badState(run).map(s -> Finite.state("next", s)))
          .ifPresent(nonFinite);
      run.commit();
      return outputs;
    }
  }

  private static Optional<String> badState(StretchedRun run) {
    return run.carriedStates().entrySet().stream()
        .filter(e -> !e.getValue().isFinite())
        .map(e -> "state " + e.getKey())
        .findFirst();
  }

  private static List<Tensor> outputs(Cut cut, Map<Value, Tensor> results, long frames) {
    List<Tensor> outputs = new ArrayList<>();
    for (Value v : cut.pass.outputs()) {
      Shape shape =
          cut.stretches.phases().time(v).map(t -> t.resized(v.shape(), frames)).orElse(v.shape());
      outputs.add(Objects.requireNonNull(results.get(v.root()), "an output").reshape(shape));
    }
    return outputs;
  }

  private long frames(Cut cut, List<Tensor> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      if (cut.stretches.isVideo(i)) {
        long frames = inputs.get(i).shape().dim(1);
        if (frames < 1) {
          throw new ShapeException(
              "next: input \""
                  + network.inputNames().get(i)
                  + "\" of shape "
                  + inputs.get(i).shape()
                  + " has no frames, expected at least 1");
        }
        return frames;
      }
    }
    throw new ShapeException("next: the model has no video among its inputs");
  }

  private void check(Cut cut, int input, Tensor t, long frames) {
    Shape open = cut.expected.get(input);
    Shape s = cut.stretches.isVideo(input) ? open.with(1, frames) : open;
    if (!s.equals(t.shape())) {
      throw new ShapeException(
          "next: input \""
              + network.inputNames().get(input)
              + "\" has shape "
              + t.shape()
              + ", expected "
              + s
              + (states.isEmpty() ? "" : "; for other samples begin anew with reset()"));
    }
    if (!t.isFinite()) {
      String name = "input \"" + network.inputNames().get(input) + "\"";
      throw new NonFiniteException("next", name, "next: " + name + " holds a NaN or an infinity");
    }
  }

  /** Cuts the network when the stream begins. */
  private Cut prepared(List<Tensor> inputs) {
    if (inputs.size() != network.inputs().size()) {
      throw new ShapeException(
          "next: got " + inputs.size() + " inputs, the model has " + network.inputNames());
    }
    if (cut != null) {
      return cut;
    }
    List<Shape> open = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Shape s = inputs.get(i).shape();
      Shape of = network.inputs().get(i).shape();
      if (s.rank() != of.rank()) {
        network.checkFeed(i, s);
      }
      boolean video = s.rank() > 2 || (s.rank() == 2 && of.dim(1) == Shape.UNKNOWN);
      long steps = of.rank() > 1 && of.dim(1) != Shape.UNKNOWN ? of.dim(1) : SOME_FRAMES;
      open.add(video ? s.with(1, steps) : s);
    }
    Pass made = Pass.of(Pass.Kind.PREDICT, network, null, open);
    Stretches stretches = new Stretches(made, backend, dtype, 1);
    if (stretches.phases().steps() == 1) {
      throw new IllegalArgumentException(
          "stream: the model is of videos of one frame; give its inputs an unknown number of frames,"
              + " or make its layers stateful and call predict for each frame");
    }
    if (!stretches.isPossible() || !stretches.phases().whole().isEmpty()) {
      throw new IllegalArgumentException(
          "stream: the model cannot go on from frame to frame"
              + (stretches.phases().whole().isEmpty()
                  ? ""
                  : ", these want all frames at once: " + stretches.phases().whole()));
    }
    if (stretches.phases().phases().stream().filter(Phase::isStretched).count() > 1) {
      throw new IllegalArgumentException(
          "stream: the model cannot go on from frame to frame, some of its layers read what others"
              + " have only after the last frame, such as a final state");
    }
    for (int i = 0; i < made.outputs().size(); i++) {
      Value v = made.outputs().get(i);
      if (stretches.phases().time(v).filter(t -> !t.isOneAxisOf(v.shape())).isPresent()) {
        throw new IllegalArgumentException(
            "stream: the model cannot go on from frame to frame, its output "
                + network.outputNames().get(i)
                + " sees time in pieces of several axes: "
                + v.shape());
      }
    }
    checkStates(stretches);
    return new Cut(made, stretches, open);
  }

  /** Those that were brought back must be these. */
  private void checkStates(Stretches stretches) {
    Map<String, Shape> wanted = new LinkedHashMap<>();
    stretches.phases().phases().stream()
        .flatMap(p -> p.carried().stream())
        .forEach(c -> wanted.put(c.name(), c.after().shape()));
    Map<String, Shape> there = new LinkedHashMap<>();
    states.forEach((name, b) -> there.put(name, b.shape()));
    if (!there.isEmpty() && !there.equals(wanted)) {
      throw new IllegalArgumentException(
          "next: the states that were brought back are "
              + there
              + ", these inputs and layers have "
              + wanted
              + "; begin anew with reset()");
    }
  }

  private StretchedPlan plan(Cut cut, long frames) {
    StretchedPlan known = plans.remove(frames);
    if (known == null && plans.size() >= MOST_PLANS) {
      plans.remove(plans.keySet().iterator().next()).close();
    }
    StretchedPlan plan = known == null ? fitting(cut.stretches, frames) : known;
    plans.put(frames, plan);
    return plan;
  }

  /** A plan for which there is room; fails where there is none. */
  private StretchedPlan fitting(Stretches stretches, long frames) {
    StretchedPlan plan = stretches.plan(frames, frames);
    try {
      long need = plan.peakBytesGoingOn(!states.isEmpty());
      long heap = stretches.heapBytes(frames, frames);
      if (!room.has(need, heap)) {
        rest.run();
      }
      Optional<String> obstacle = room.obstacle(need, heap);
      if (obstacle.isPresent()) {
        throw new BackendException(
            "next: " + frames + " frames: " + obstacle.get() + "; hand in fewer at a time");
      }
      return plan;
    } catch (RuntimeException e) {
      Closing.after(e, plan);
      throw e;
    }
  }

  void reset() {
    states.values().forEach(Buffer::close);
    states.clear();
    forget();
  }

  private void forget() {
    forgetPlans();
    cut = null;
  }

  /** Plans anew, since what memory may be taken has changed. */
  void forgetPlans() {
    plans.values().forEach(StretchedPlan::close);
    plans.clear();
  }

  void reset(int... samples) {
    if (cut == null) {
      throw new IllegalArgumentException("reset: there are no samples before the first frames");
    }
    for (Carried c :
        cut.stretches.phases().phases().stream().flatMap(p -> p.carried().stream()).toList()) {
      Value.Kind kind = c.before().root().kind();
      if (kind != Value.Kind.ZEROS && kind != Value.Kind.STATE) {
        throw new IllegalArgumentException(
            "reset: \""
                + c.name()
                + "\" begins with what an input gives; begin all samples anew with reset()");
      }
    }
    Map<String, Tensor> kept = states();
    kept.replaceAll((name, t) -> Stateful.reset(t, samples));
    kept.forEach(
        (name, t) -> backend.memory().upload(t, Objects.requireNonNull(states.get(name), name)));
  }

  Map<String, Tensor> states() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    states.forEach((name, b) -> all.put(name, backend.memory().download(b)));
    return all;
  }

  void states(Map<String, Tensor> saved) {
    Map<String, Buffer> made = new LinkedHashMap<>();
    try {
      saved.forEach(
          (name, t) -> {
            Buffer b = backend.memory().allocate(dtype, t.shape());
            made.put(name, b);
            backend.memory().upload(t.cast(dtype), b);
          });
    } catch (RuntimeException e) {
      made.values().forEach(Buffer::close);
      throw e;
    }
    reset();
    states.putAll(made);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    reset();
  }
}
