package convlstm4j.model;

import convlstm4j.backend.BackendException;
import convlstm4j.data.Frames;
import convlstm4j.execution.Profile;
import convlstm4j.execution.StretchedPlan;
import convlstm4j.execution.StretchedRun;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.program.State;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A prediction some frames at a time. */
final class StretchedPrediction implements AutoCloseable {
  private final Network network;
  private final Pass pass;
  private final Stretches stretches;
  private final StretchedPlan plan;

  private StretchedPrediction(Network network, Pass pass, Stretches stretches, StretchedPlan plan) {
    this.network = network;
    this.pass = pass;
    this.stretches = stretches;
    this.plan = plan;
  }

  /**
   * As many frames as were asked for; empty where that is all of them, or no op can do with less.
   *
   * @throws BackendException if they do not fit
   */
  static Optional<StretchedPrediction> byHand(
      Network network, Pass pass, Stretches s, Room room, long frames) {
    if (!s.isPossible() || frames >= s.phases().steps()) {
      return Optional.empty();
    }
    long beside = room.takeBeside(s.resultBytes());
    StretchedPlan plan = s.plan(frames);
    try {
      Optional<String> obstacle = room.obstacle(plan.peakBytes(), s.heapBytes(frames) + beside);
      if (obstacle.isPresent()) {
        throw new BackendException(
            frames + " frames at a time: " + obstacle.get() + "; ask for fewer frames");
      }
      return Optional.of(new StretchedPrediction(network, pass, s, plan));
    } catch (BackendException e) {
      plan.close();
      throw e;
    }
  }

  /**
   * As many frames as fit.
   *
   * @param beside bytes on the heap beside the batch at work
   * @param atOnce why all at once do not
   * @throws BackendException if a frame does not fit, either; or atOnce if no op can do with less
   */
  static StretchedPrediction fitting(
      Network network, Pass pass, Stretches s, Room room, long beside, BackendException atOnce) {
    if (!s.isPossible()) {
      throw atOnce;
    }
    StretchedPlan plan = s.largest(p -> room.has(p.peakBytes(), s.heapBytes(p.frames()) + beside));
    long need = plan.peakBytes();
    long frames = plan.frames();
    long heap = s.heapBytes(frames) + beside;
    if (!room.has(need, heap)) {
      plan.close();
      throw new BackendException(
          atOnce.getMessage()
              + "; "
              + (frames == 1 ? "a frame" : frames + " frames")
              + " at a time it needs "
              + MemoryEstimate.gib(need)
              + " and "
              + MemoryEstimate.gib(heap)
              + " of Java heap, the smallest memory that can is "
              + MemoryEstimate.gib(room.smallest(need, heap)),
          atOnce);
    }
    return new StretchedPrediction(network, pass, s, plan);
  }

  /** Fails if what is expected beside a run, which has had room before, does not fit. */
  void checkAgain(Room room) {
    long beside = room.takeBeside(stretches.resultBytes());
    if (beside > 0) {
      room.obstacle(0, stretches.heapBytes(plan.frames()) + beside)
          .ifPresent(
              o -> {
                throw new BackendException(
                    plan.frames() + " frames at a time, and what is beside them: " + o);
              });
    }
  }

  /** All outputs; new states are stored. */
  List<Tensor> run(
      Variables variables,
      @Nullable Profile profile,
      List<Frames> inputs,
      String description,
      Consumer<NonFiniteException> nonFinite) {
    JoinedOutputs results = new JoinedOutputs(stretches.phases());
    HeapWatch heap =
        new HeapWatch(
            stretches.heapBytes(plan.frames()), plan.peakBytes(), variables.backend().memory());
    try (StretchedRun run =
        new StretchedRun(plan, variables, new Reader(inputs, heap), results::take)) {
      run.profile(profile);
      run.run();
      List<Tensor> outputs = pass.outputs().stream().map(results::of).toList();
      Finite.prediction(description, network.outputNames(), outputs, run::firstNonFinite)
          .or(() -> badState(run).map(s -> Finite.state(description, s)))
          .ifPresent(nonFinite);
      run.commit();
      return outputs;
    }
  }

  private Optional<String> badState(StretchedRun run) {
    for (Map.Entry<State, Tensor> e : run.newStates().entrySet()) {
      if (!e.getValue().isFinite()) {
        return Optional.of("state " + network.name(e.getKey()));
      }
    }
    return Optional.empty();
  }

  /** Reads inputs as they are needed. */
  private final class Reader implements StretchedRun.Source {
    private final List<Frames> inputs;
    private final HeapWatch heap;

    Reader(List<Frames> inputs, HeapWatch heap) {
      this.inputs = inputs;
      this.heap = heap;
    }

    @Override
    public Tensor read(int feed, long from, long to) {
      heap.look();
      Frames f = inputs.get(feed);
      boolean video = stretches.isVideo(feed);
      Tensor t = video ? f.read(from, to) : f.all();
      if (!t.isFinite()) {
        throw new NonFiniteException(
            f.description(),
            "input \"" + network.inputNames().get(feed) + "\"",
            f.description()
                + ": input \""
                + network.inputNames().get(feed)
                + "\" holds a NaN or an infinity"
                + (video ? " in frames " + from + " to " + (to - 1) : ""));
      }
      return t;
    }
  }

  @Override
  public void close() {
    plan.close();
  }
}
