package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Memory.Place;
import convlstm4j.backend.Spill;
import convlstm4j.backend.SpillFolder;
import convlstm4j.execution.TrainingPlan;
import convlstm4j.execution.TrainingPolicy;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimePass;
import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A training step's program, cut into phases that may run some frames at a time. */
final class StretchedTraining implements AutoCloseable {
  private final Pass pass;
  private final Backend backend;
  private final DType dtype;
  private final List<Value> given;
  private final Set<Value> videos;
  private final Phases phases;
  private final long truncation;
  private final Optional<SpillFolder> spill;

  /** What a way to train takes, of the backend's memory and of the heap. */
  record Taken(long memory, long heap) {}

  /** What the ways to train take that were counted so far. */
  private final Map<TrainingPolicy, Taken> counted = new HashMap<>();

  /** What was chosen; null before. */
  private @Nullable TrainingPlan plan;

  StretchedTraining(Pass pass, Backend backend, DType dtype, Limits limits) {
    this.pass = pass;
    this.backend = backend;
    this.dtype = dtype;
    this.given = pass.measured();
    this.videos = Stretches.videos(pass.program());
    List<Value> keep = new ArrayList<>(pass.terms());
    keep.addAll(given);
    // Gradients go back over the frames that a window sees, so nothing is cut there.
    long frames = limits.truncation() > 0 ? 1 : Stretches.anyIfNone(limits.frames());
    this.phases = TimePass.forTraining(pass.program(), new LinkedHashSet<>(keep), videos, frames);
    this.truncation = limits.truncation() < phases.steps() ? limits.truncation() : 0;
    if (truncation > 0) {
      checkTruncation(limits.frames());
    }
    this.spill = limits.spill();
    if (spill.isPresent() && !backend.memory().spills()) {
      backend.memory().spill(spill.get()); // refuses
    }
  }

  /** Fails if gradients cannot be cut. */
  private void checkTruncation(long frames) {
    String who = "truncate=" + truncation + ": ";
    List<String> obstacles = phases.recurrencesAtOnce();
    if (!obstacles.isEmpty() || !isPossible()) {
      throw new IllegalArgumentException(
          who
              + "gradients cannot be cut between frames, "
              + (obstacles.isEmpty()
                  ? "the model has nothing to be run frame by frame"
                  : "these layers run over all frames at once: " + String.join(", ", obstacles))
              + "; expected layers that remember forward in time, without masks that repeat outputs");
    }
    if (frames > 0 && frames < phases.steps() && truncation % frames != 0) {
      throw new IllegalArgumentException(
          who + "with stretch=" + frames + ", expected a divisor of " + truncation);
    }
  }

  /** Whether gradients are cut, so that a step runs in stretches whether or not it fits at once. */
  boolean isTruncated() {
    return truncation > 0;
  }

  Phases phases() {
    return phases;
  }

  /** Whether a feed is read some frames at a time. */
  boolean isVideo(int feed) {
    return videos.contains(pass.program().feeds().get(feed));
  }

  /** Whether a smaller number of frames at a time takes less memory. */
  boolean isPossible() {
    return phases.isStretched()
        && Stream.of(
                pass.terms().stream(),
                given.stream(),
                pass.program().newStates().values().stream(),
                pass.program().newParameters().values().stream())
            .flatMap(s -> s)
            .allMatch(v -> v.root().kind() == Value.Kind.RESULT);
  }

  /**
   * A plan for so many frames at a time; for 0, as many as make the cheapest.
   *
   * @return one that fits, or what takes the least memory; closed by the caller
   */
  TrainingPlan planned(long frames, Predicate<TrainingPlan> fits) {
    return cheapest(policies(frames), fits);
  }

  /**
   * The least that a way to train takes.
   *
   * @param frames at a time; 0 for any number
   */
  Taken least(long frames) {
    return policies(frames).stream()
        .map(this::taken)
        .min(Comparator.comparingLong(this::bytes))
        .orElseThrow();
  }

  /** What is in a limit of the user's. */
  private long bytes(Taken t) {
    return t.memory() + (backend.memory().place() == Place.DEVICE ? 0 : t.heap());
  }

  private Taken taken(TrainingPolicy p) {
    Taken known = counted.get(p);
    if (known != null) {
      return known;
    }
    try (TrainingPlan plan = plan(p)) {
      return taken(plan);
    }
  }

  private TrainingPlan plan(TrainingPolicy policy) {
    return new TrainingPlan(phases, pass.terms(), given, backend, dtype, policy);
  }

  /** A stretch does not reach across where gradients are cut. */
  private List<Long> candidates() {
    return truncation == 0
        ? Stretches.candidates(phases)
        : LongStream.iterate(
                Math.min(truncation, 2 * Stretches.MOST_FRAMES), k -> k >= 1, k -> k - 1)
            .filter(k -> truncation % k == 0)
            .boxed()
            .toList();
  }

  /** Additions and multiplications of all that the step computes, forward. */
  double flops() {
    return phases.phases().stream().flatMap(p -> p.steps().stream()).mapToDouble(Step::flops).sum();
  }

  /** From the least work to the least memory; for 0 frames at a time, any number of them. */
  private List<TrainingPolicy> policies(long frames) {
    List<Long> some = frames > 0 ? List.of(frames) : candidates();
    List<TrainingPolicy> all = new ArrayList<>(policies(some, false));
    if (spill.isPresent()) {
      all.addAll(policies(some, true));
    }
    return all;
  }

  private List<TrainingPolicy> policies(List<Long> frames, boolean spills) {
    List<TrainingPolicy> all = new ArrayList<>();
    frames.forEach(k -> all.add(new TrainingPolicy(k, false, truncation, spills)));
    if (!phases.normalizations().isEmpty()) {
      frames.forEach(k -> all.add(new TrainingPolicy(k, true, truncation, spills)));
    }
    return all;
  }

  /**
   * Whether there is room in memory, and on the disk for what is kept there.
   *
   * @param beside bytes of the backend's memory that are not there yet
   */
  boolean fits(Room room, long beside, TrainingPlan p, long heap) {
    return room.has(beside + p.peakBytes(), heap) && diskObstacle(p).isEmpty();
  }

  /** Why there is no room, in words; empty if there is. */
  Optional<String> obstacle(Room room, long beside, TrainingPlan p, long heap) {
    return room.obstacle(beside + p.peakBytes(), heap).or(() -> diskObstacle(p));
  }

  private Optional<String> diskObstacle(TrainingPlan p) {
    long bytes = p.spilledBytes();
    return spill
        .filter(s -> bytes > s.freeBytes())
        .map(
            s ->
                "keeps "
                    + MemoryEstimate.gib(bytes)
                    + " in files; "
                    + MemoryEstimate.gib(s.freeBytes())
                    + " are free in "
                    + s.path()
                    + ": make room there, or name a folder on another disk (spill)");
  }

  /** Files for what is kept; null where all is in memory. */
  @Nullable Spill files() {
    return chosen().policy().spills() ? backend.memory().spill(spill.orElseThrow()) : null;
  }

  private Taken taken(TrainingPlan p) {
    Taken taken = new Taken(p.peakBytes(), heapBytes(p.frames()));
    counted.put(p.policy(), taken);
    return taken;
  }

  private TrainingPlan cheapest(List<TrainingPolicy> policies, Predicate<TrainingPlan> fits) {
    TrainingPlan least = null;
    for (TrainingPolicy p : policies) {
      TrainingPlan next = plan(p);
      try {
        long bytes = bytes(taken(next));
        if (fits.test(next)) {
          if (least != null) {
            least.close();
          }
          return next;
        }
        if (least == null || bytes < bytes(taken(least.policy()))) {
          if (least != null) {
            least.close();
          }
          least = next;
        } else {
          next.close();
        }
      } catch (BackendException e) {
        next.close();
        if (least != null) {
          least.close();
        }
        throw e;
      }
    }
    return Objects.requireNonNull(least, "no way to train");
  }

  /**
   * So many frames at a time as were asked for.
   *
   * @return this; empty where that is all of them, or no op can do with less
   * @throws BackendException if they do not fit
   */
  Optional<StretchedTraining> byHand(Room room, long frames) {
    if (!isPossible() || frames >= phases.steps()) {
      return Optional.empty();
    }
    long heap = heapBytes(frames) + room.takeBeside(resultBytes());
    TrainingPlan now = planned(frames, p -> fits(room, 0, p, heap));
    plan = now;
    Optional<String> obstacle = obstacle(room, 0, now, heap);
    if (obstacle.isPresent()) {
      close();
      throw BackendException.noRoom(
          "training "
              + frames
              + " frames at a time: "
              + obstacle.get()
              + "; ask for another number of frames");
    }
    return Optional.of(this);
  }

  /**
   * What takes the least work and fits.
   *
   * @param beside bytes on the heap beside the batch at work
   * @param what begins the message if nothing fits
   * @return this
   * @throws BackendException if nothing fits
   */
  StretchedTraining fitting(Room room, long beside, String what) {
    TrainingPlan now = planned(0, p -> fits(room, 0, p, heapBytes(p.frames()) + beside));
    plan = now;
    long need = now.peakBytes();
    long heap = heapBytes(now.frames()) + beside;
    if (!fits(room, 0, now, heap)) {
      long frames = now.frames();
      Optional<String> disk = diskObstacle(now);
      close();
      throw BackendException.noRoom(
          what
              + "; "
              + frames
              + (frames == 1 ? " frame" : " frames")
              + " at a time it needs "
              + MemoryEstimate.gib(need)
              + " and "
              + MemoryEstimate.gib(heap)
              + " of Java heap, the smallest memory that can is "
              + MemoryEstimate.gib(room.smallest(need, heap))
              + disk.map(d -> ", and " + d).orElse(""));
    }
    return this;
  }

  /** What {@link #byHand} or {@link #fitting} have chosen. */
  TrainingPlan chosen() {
    return Objects.requireNonNull(plan, "byHand or fitting comes first");
  }

  @Override
  public void close() {
    if (plan != null) {
      plan.close();
    }
  }

  /** Bytes on the Java heap beside the batch: frames as they are handed on, and all results. */
  long heapBytes(long frames) {
    long elements = 0;
    for (Value v : pass.program().feeds()) {
      long all = v.shape().elements();
      elements += videos.contains(v) ? all / phases.steps() * frames : all;
    }
    return elements * (dtype.bytes() + 1) + 2 * resultBytes();
  }

  /** Bytes of what metrics ask for. */
  long resultBytes() {
    return given.stream().mapToLong(v -> v.shape().elements()).sum() * dtype.bytes();
  }
}
