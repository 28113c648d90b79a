package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.execution.StretchedPlan;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimePass;
import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** A prediction's program, cut into phases that may run some frames at a time. */
final class Stretches {
  /** More at a time take more memory and hardly less time. */
  static final long MOST_FRAMES = 32;

  private final Backend backend;
  private final DType dtype;
  private final Pass pass;
  private final Set<Value> videos;
  private final Phases phases;

  /**
   * Cuts the pass.
   *
   * @param frames that are to be at work at a time; 0 where any number will do
   */
  Stretches(Pass pass, Backend backend, DType dtype, long frames) {
    this.backend = backend;
    this.dtype = dtype;
    this.pass = pass;
    this.videos = videos(pass.program());
    this.phases = TimePass.apply(pass.program(), pass.outputs(), videos, anyIfNone(frames));
  }

  static long anyIfNone(long frames) {
    return frames > 0 ? frames : Long.MAX_VALUE;
  }

  /** Feeds that have as many places along axis 1 as the first video or sequence. */
  static Set<Value> videos(Program program) {
    Set<Value> videos = new LinkedHashSet<>();
    long steps =
        program.feeds().stream()
            .filter(v -> v.shape().rank() > 2)
            .mapToLong(v -> v.shape().dim(1))
            .findFirst()
            .orElse(1);
    program.feeds().stream()
        .filter(v -> v.shape().rank() > 1 && v.shape().dim(1) == steps)
        .forEach(videos::add);
    return videos;
  }

  Phases phases() {
    return phases;
  }

  /** Whether an input is read some frames at a time. */
  boolean isVideo(int feed) {
    return videos.contains(pass.program().feeds().get(feed));
  }

  /** Whether a smaller number of frames at a time takes less memory. */
  boolean isPossible() {
    return phases.isStretched()
        && pass.outputs().stream().allMatch(v -> v.root().kind() == Value.Kind.RESULT)
        && pass.program().newStates().values().stream()
            .allMatch(v -> v.root().kind() == Value.Kind.RESULT);
  }

  /** Phases for so many frames at a time. */
  StretchedPlan plan(long frames) {
    return plan(phases.steps(), frames);
  }

  /**
   * Phases for another number of frames than the pass is of, where none wants all of them at once.
   */
  StretchedPlan plan(long steps, long frames) {
    return new StretchedPlan(phases, pass.outputs(), backend, dtype, steps, frames);
  }

  /** Numbers of frames that are tried, from the largest; the last takes the least memory. */
  List<Long> candidates() {
    return candidates(phases);
  }

  /** The same for other phases. */
  static List<Long> candidates(Phases phases) {
    List<Long> all = new ArrayList<>();
    for (long k = MOST_FRAMES; k > phases.least(); k /= 2) {
      if (k < phases.steps()) {
        all.add(k);
      }
    }
    if (phases.least() < phases.steps()) {
      all.add(phases.least());
    }
    return all;
  }

  /**
   * The phases for the most frames that fit.
   *
   * @return those for the fewest frames if none do; closed by the caller
   */
  StretchedPlan largest(Predicate<StretchedPlan> fits) {
    StretchedPlan last = null;
    for (long k : candidates()) {
      if (last != null) {
        last.close();
      }
      last = plan(k);
      try {
        if (fits.test(last)) {
          return last;
        }
      } catch (BackendException e) {
        last.close();
        throw e;
      }
    }
    return Objects.requireNonNull(last, "no number of frames to try");
  }

  /** Bytes on the Java heap: frames as they are read and as they are handed on, and all results. */
  long heapBytes(long frames) {
    return heapBytes(phases.steps(), frames);
  }

  /** The same for another number of frames than the pass is of. */
  long heapBytes(long steps, long frames) {
    long elements = 0;
    for (Value v : pass.program().feeds()) {
      long all = v.shape().elements();
      boolean inStretches = videos.contains(v) && !isReadAtOnce(v);
      elements += inStretches ? all / phases.steps() * frames : all;
    }
    // Read as bytes or as another type, then of the model's.
    return elements * (dtype.bytes() + 1) + 2 * resultBytes(steps);
  }

  /** Whether a phase that runs at once, such as that of a layer that goes backwards, reads it. */
  private boolean isReadAtOnce(Value feed) {
    return phases.phases().stream()
        .anyMatch(p -> !p.isStretched() && p.inputs().contains(feed.root()));
  }

  /** Bytes of the outputs. */
  long resultBytes() {
    return resultBytes(phases.steps());
  }

  private long resultBytes(long steps) {
    return pass.outputs().stream()
            .mapToLong(
                v -> {
                  long all = v.shape().elements();
                  return phases.time(v).isPresent() ? all / phases.steps() * steps : all;
                })
            .sum()
        * dtype.bytes();
  }

  /** Additions and multiplications of the whole prediction. */
  double flops() {
    return pass.program().steps().stream().mapToDouble(Step::flops).sum();
  }
}
