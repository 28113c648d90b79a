package convlstm4j.model;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Spill;
import convlstm4j.data.Frames;
import convlstm4j.execution.Profile;
import convlstm4j.execution.TrainingPlan;
import convlstm4j.execution.TrainingRun;
import convlstm4j.execution.Variables;
import convlstm4j.optim.Updater;
import convlstm4j.program.Value;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Training steps some frames at a time: docs/adr/0065. */
final class StretchedStep implements TrainStep {
  private final Pass pass;
  private final StretchedTraining stretches;
  private final Objectives objectives;
  private final Variables variables;
  private final Updater updater;
  private final @Nullable Profile profile;
  private final GuardedUpdate update;
  private final @Nullable Spill files;
  private final List<Buffer> termWeights = new ArrayList<>();
  private final List<Buffer> stored;
  private @Nullable JoinedOutputs measured;

  /** Takes over what is chosen, also where it fails. */
  StretchedStep(
      Pass pass,
      StretchedTraining stretches,
      Objectives objectives,
      Variables variables,
      Updater updater,
      @Nullable Profile profile) {
    this.pass = pass;
    this.stretches = stretches;
    this.objectives = objectives;
    this.variables = variables;
    this.updater = updater;
    this.profile = profile;
    Spill spill = null;
    try {
      spill = stretches.files();
      this.files = spill;
      this.stored = TrainingRun.stored(stretches.chosen(), variables);
      this.update =
          new GuardedUpdate(
              variables.backend(),
              variables.dtype(),
              updater,
              objectives.trainable(),
              pass.terms().size(),
              stored);
      Memory memory = variables.backend().memory();
      for (Tensor t : TrainingStep.termWeights(pass, objectives)) {
        Buffer b = memory.allocatePermanent(variables.dtype(), t.shape());
        termWeights.add(b);
        memory.upload(t.cast(variables.dtype()), b);
      }
    } catch (RuntimeException e) {
      Closing.after(e, () -> Closing.all(termWeights), spill, stretches);
      throw e;
    }
  }

  @Override
  public boolean isFor(Updater by) {
    return updater.equals(by) && stored.equals(TrainingRun.stored(stretches.chosen(), variables));
  }

  private TrainingRun run(
      Prepared batch, Philox random, JoinedOutputs sink, Consumer<Stretch> watch) {
    List<Frames> feeds = batch.all().stream().map(Frames::of).toList();
    return new TrainingRun(
        stretches.chosen(),
        variables,
        files,
        random,
        (feed, from, to) ->
            stretches.isVideo(feed) ? feeds.get(feed).read(from, to) : batch.all().get(feed),
        sink::take,
        (phase, phases, backward, from, to, steps) ->
            watch.accept(new Stretch(phase, phases, backward, from, to, steps)));
  }

  @Override
  public Supplier<double[]> start(
      Prepared batch, double rate, long step, Philox random, Consumer<Stretch> watch) {
    update.rate(rate, step);
    JoinedOutputs outputs = new JoinedOutputs(stretches.phases());
    measured = outputs;
    TrainingPlan plan = stretches.chosen();
    HeapWatch heap =
        new HeapWatch(
            stretches.heapBytes(plan.frames()), plan.peakBytes(), variables.backend().memory());
    Consumer<Stretch> each =
        stretch -> {
          heap.look();
          watch.accept(stretch);
        };
    try (TrainingRun run = run(batch, random, outputs, each)) {
      run.profile(profile);
      run.forward();
      run.backward(termWeights);
      update.run(
          pass.terms().stream().map(run::value).toList(),
          objectives.trainable().stream().map(run::gradient).toList(),
          run.changes(),
          run::commit);
    }
    return update.numbers();
  }

  @Override
  public Tensor measured(Value value) {
    return Objects.requireNonNull(measured, "no step has run").of(value);
  }

  @Override
  public Optional<String> firstNonFinite(Prepared batch, Philox random) {
    try (TrainingRun run = run(batch, random, new JoinedOutputs(stretches.phases()), s -> {})) {
      return run.firstNonFinite();
    }
  }

  @Override
  public void close() {
    List<Buffer> weights = List.copyOf(termWeights);
    termWeights.clear();
    Closing.all(update, () -> Closing.all(weights), files, stretches);
  }
}
