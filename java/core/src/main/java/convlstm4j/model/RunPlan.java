package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.execution.StretchedPlan;
import convlstm4j.execution.StretchedPlan.Cost;
import convlstm4j.execution.TrainingPlan;
import convlstm4j.graph.Network;
import convlstm4j.model.Engine.AtOnce;
import convlstm4j.model.Pass.Kind;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How something would run and what it would take, found without allocating it.
 *
 * @param forTraining whether a step of training is meant, or else a prediction
 * @param steps frames of a sample
 * @param frames frames that are at work at a time; as many as there are where all run at once
 * @param phases what runs one after the other
 * @param whole for each op that wants all frames at once, its layer and why
 * @param weights bytes of the weights and statistics
 * @param optimizer bytes that the optimiser remembers; for a prediction those that are there, of a
 *     model that has trained
 * @param run bytes of inputs, values and scratch memory at the fullest moment
 * @param heap bytes of the Java heap for what is read and for the results
 * @param java bytes that Java itself and native libraries take beside
 * @param spilled bytes of files for what is kept between the passes; 0 where all is in memory
 * @param again whether a training step makes what it normalises again in the place of keeping it
 * @param truncation across every border of so many frames the gradients of states do not go back; 0
 *     for the whole gradient
 * @param flops additions and multiplications of the forward pass; a training step at once takes
 *     three times as many
 * @param ops how many ops are started, forward and backward; on a GPU each launches a kernel or
 *     some
 * @param ratio how many times those of the run at once this one takes, 1 for that itself
 * @param smallest bytes with which it can just be done, as {@link Model#memory} is told
 * @param refusal why there is no room for it; empty if there is
 */
public record RunPlan(
    boolean forTraining,
    long steps,
    long frames,
    List<Cost> phases,
    List<String> whole,
    long weights,
    long optimizer,
    long run,
    long heap,
    long java,
    long spilled,
    boolean again,
    long truncation,
    double flops,
    long ops,
    double ratio,
    long smallest,
    Optional<String> refusal) {
  public RunPlan {
    phases = List.copyOf(phases);
    whole = List.copyOf(whole);
  }

  static RunPlan of(
      Network network,
      Backend backend,
      DType dtype,
      @Nullable Objectives objectives,
      Kind kind,
      List<Shape> inputs,
      InputPlace place,
      Limits limits,
      Held held) {
    Pass pass = Pass.of(kind, network, objectives, inputs);
    boolean trains = kind == Kind.TRAIN;
    Room room = new Room(network, backend, dtype, limits).toTrain(trains || held.trained());
    IntFunction<AtOnce> estimate =
        level ->
            backend.frugal(
                level, () -> Engine.atOnce(network, backend, dtype, objectives, kind, inputs));
    AtOnce atOnce = estimate.apply(0);
    long counted = missing(atOnce.memory(), held);
    for (int level = 1;
        level <= backend.frugality() && !room.fits(pass, counted + atOnce.memory().step());
        level++) {
      atOnce = lighter(atOnce, estimate, level);
    }
    MemoryEstimate plain = atOnce.memory();
    Stretches stretches =
        new Stretches(
            Pass.of(Kind.PREDICT, network, null, inputs), backend, dtype, limits.frames());
    long steps = stretches.phases().steps();
    long optimizer = Math.max(plain.optimizer(), held.optimizer());
    long batch = trains ? batchBytes(pass, inputs, place, dtype) : 0;
    long heap = trains ? batch + 2 * measuredBytes(pass, dtype) : stretches.heapBytes(steps);
    long run = plain.batch() + plain.step();
    Optional<String> refusal = room.obstacle(counted + run, heap);
    long smallest = room.smallest(counted + run, heap);
    List<Cost> once =
        StretchedPlan.costsAtOnce(pass.program(), dtype, plain.batch() + plain.step());
    boolean byHand = limits.frames() > 0 && limits.frames() < steps;
    boolean truncated = trains && limits.truncation() > 0 && limits.truncation() < steps;
    if (trains && (refusal.isPresent() || byHand || truncated)) {
      StretchedTraining s = new StretchedTraining(pass, backend, dtype, limits);
      if (s.isPossible()) {
        long frames = byHand ? limits.frames() : 0;
        long atOnceToo = byHand || truncated ? Long.MAX_VALUE : smallest;
        return training(s, plain, room, frames, held, batch, stretches.flops(), atOnceToo);
      }
    }
    if (kind != Kind.PREDICT || !stretches.isPossible() || (refusal.isEmpty() && !byHand)) {
      return new RunPlan(
          trains,
          steps,
          steps,
          once,
          stretches.phases().whole(),
          plain.weights(),
          optimizer,
          run,
          heap,
          room.java(heap),
          0,
          false,
          0,
          stretches.flops(),
          atOnce.ops(),
          1,
          smallest,
          refusal);
    }
    long frames = byHand ? limits.frames() : stretches.phases().least();
    try (StretchedPlan least = stretches.plan(frames)) {
      long some = room.smallest(counted + least.peakBytes(), stretches.heapBytes(frames));
      smallest = byHand ? some : Math.min(smallest, some);
    }
    try (StretchedPlan best =
        byHand
            ? stretches.plan(frames)
            : stretches.largest(
                p -> room.has(counted + p.peakBytes(), stretches.heapBytes(p.frames())))) {
      long bytes = best.peakBytes();
      long onHeap = stretches.heapBytes(best.frames());
      return new RunPlan(
          false,
          steps,
          best.frames(),
          best.costs(),
          stretches.phases().whole(),
          plain.weights(),
          optimizer,
          bytes,
          onHeap,
          room.java(onHeap),
          0,
          false,
          0,
          stretches.flops(),
          best.ops(),
          1,
          smallest,
          room.obstacle(counted + bytes, onHeap));
    }
  }

  /**
   * What is in the backend's memory already.
   *
   * @param weights whether the weights are
   * @param optimizer bytes that the optimiser remembers
   * @param trained whether the process has trained the model, which leaves more of Java itself
   */
  record Held(boolean weights, long optimizer, boolean trained) {}

  /** Bytes of weights and of what the optimiser remembers that are still to be allocated. */
  private static long missing(MemoryEstimate plain, Held held) {
    return Math.max(0, plain.optimizer() - held.optimizer())
        + (held.weights() ? 0 : plain.weights());
  }

  /** As a run does where one does not fit: the same where no algorithm does with so little. */
  private static AtOnce lighter(AtOnce heavy, IntFunction<AtOnce> estimate, int level) {
    try {
      return estimate.apply(level);
    } catch (BackendException e) {
      return heavy; // what is told is that this does not fit
    }
  }

  /** Bytes of a batch on the Java heap. */
  private static long batchBytes(Pass pass, List<Shape> inputs, InputPlace place, DType dtype) {
    long read = elements(inputs);
    return read * place.bytes(dtype) + (elements(pass.feedShapes()) - read) * dtype.bytes();
  }

  private static long measuredBytes(Pass pass, DType dtype) {
    return elements(pass.measured().stream().map(Value::shape).toList()) * dtype.bytes();
  }

  private static long elements(List<Shape> shapes) {
    return shapes.stream().mapToLong(Shape::elements).sum();
  }

  private static RunPlan training(
      StretchedTraining s,
      MemoryEstimate plain,
      Room room,
      long frames,
      Held held,
      long batch,
      double flops,
      long atOnce) {
    long counted = missing(plain, held);
    try (TrainingPlan best =
        s.planned(frames, p -> s.fits(room, counted, p, s.heapBytes(p.frames()) + batch))) {
      long heap = s.heapBytes(best.frames()) + batch;
      StretchedTraining.Taken least = s.least(frames);
      return new RunPlan(
          true,
          s.phases().steps(),
          best.frames(),
          best.costs(),
          s.phases().whole(),
          plain.weights(),
          plain.optimizer(),
          best.peakBytes(),
          heap,
          room.java(heap),
          best.spilledBytes(),
          best.policy().again(),
          best.policy().truncation(),
          flops,
          best.ops(),
          best.flops() / (3 * s.flops()),
          Math.min(atOnce, room.smallest(counted + least.memory(), least.heap() + batch)),
          s.obstacle(room, counted, best, heap));
    }
  }

  /**
   * Whether some frames are at work at a time.
   *
   * @return false where all run at once
   */
  public boolean isStretched() {
    return frames < steps;
  }

  /**
   * All that is counted, with what Java itself takes.
   *
   * @return bytes
   */
  public long total() {
    return weights + optimizer + run + heap + java;
  }

  /** A table for people. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    line(
        s,
        "policy      %s",
        isStretched()
            ? frames
                + (frames == 1 ? " frame" : " frames")
                + " of "
                + steps
                + " at a time"
                + (again ? ", what is normalised made again" : "")
                + (truncation > 0 ? ", gradients cut after every " + truncation : "")
            : "all at once");
    line(s, "peak        %s", MemoryEstimate.gib(total()));
    line(s, "  weights   %s", MemoryEstimate.gib(weights));
    if (forTraining || optimizer > 0) {
      line(s, "  optimizer %s", MemoryEstimate.gib(optimizer));
    }
    line(s, "  run       %s", MemoryEstimate.gib(run));
    line(s, "  Java heap %s", MemoryEstimate.gib(heap));
    line(s, "  Java      %s", MemoryEstimate.gib(java));
    if (spilled > 0) {
      line(s, "in files    %s", MemoryEstimate.gib(spilled));
    }
    String times = String.format(Locale.ROOT, ", the step %.2f times that at once", ratio);
    line(
        s,
        "work        %.4g TFLOP%s",
        flops / 1e12,
        forTraining ? " forward" + (isStretched() ? times : "") : "");
    line(s, "launches    %d ops", ops);
    for (int i = 0; i < phases.size(); i++) {
      Cost c = phases.get(i);
      line(
          s,
          "phase %-5d %s, %s to %s: %s",
          i + 1,
          c.stretched() ? "in stretches" : "at once",
          c.first(),
          c.last(),
          MemoryEstimate.gib(c.peakBytes()));
      c.largest().forEach(v -> line(s, "  makes     %s", v));
    }
    whole.forEach(w -> line(s, "all frames  %s", w));
    line(s, "%s", refusal.map(r -> "does not fit: " + r + "; " + least()).orElse("fits"));
    return s.toString().strip();
  }

  private String least() {
    return "the smallest memory that can is " + MemoryEstimate.gib(smallest);
  }

  private static void line(StringBuilder s, String format, Object... values) {
    s.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
