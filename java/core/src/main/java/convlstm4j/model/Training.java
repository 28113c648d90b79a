package convlstm4j.model;

import convlstm4j.graph.Network;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.Schedule;
import convlstm4j.optim.Updater;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a compiled model adds to a network: objectives, slots, and how far training has come. */
final class Training implements AutoCloseable {
  private final Objectives objectives;
  private @Nullable Updater updater;

  /** Other threads may ask how far training has come. */
  private volatile Progress progress = Progress.START;

  private double learningRate = Double.NaN;
  private Map<String, Tensor> sums = Map.of();
  private Map<String, Map<String, Tensor>> callbacks = Map.of();
  private History history = new History();

  Training(Objectives objectives) {
    this.objectives = objectives;
  }

  Objectives objectives() {
    return objectives;
  }

  Progress progress() {
    return progress;
  }

  void progress(Progress now) {
    progress = now;
  }

  /** Sums of the epoch in progress, or empty. */
  Map<String, Tensor> sums() {
    return sums;
  }

  void sums(Map<String, Tensor> now) {
    sums = now;
  }

  /** What the callbacks of the last run remember. */
  Map<String, Map<String, Tensor>> callbacks() {
    return callbacks;
  }

  void callbacks(Map<String, Map<String, Tensor>> now) {
    callbacks = now;
  }

  /** Of all epochs done. */
  History history() {
    return history;
  }

  /** The slots, allocated when they are first needed. */
  private Updater updater(Engine engine) {
    if (updater == null) {
      updater =
          new Updater(
              objectives.compile().optimizer(),
              objectives.trainable(),
              engine.network()::name,
              engine.variables());
    }
    return updater;
  }

  long rememberedBytes() {
    return updater == null ? 0 : updater.bytes();
  }

  double rate() {
    Schedule schedule = objectives.compile().optimizer().common().learningRate();
    return Double.isNaN(learningRate) ? schedule.rate(progress.step()) : learningRate;
  }

  void rate(double rate) {
    if (!(objectives.compile().optimizer().common().learningRate() instanceof Schedule.Constant)) {
      throw new IllegalStateException(
          "the learning rate follows a schedule; only a constant one can be changed");
    }
    learningRate = Schedule.constant(rate).rate(0);
  }

  /** Starts a step; it counts once it is waited for and has succeeded. */
  Supplier<Results> start(Engine engine, Prepared batch, long seed, Consumer<Stretch> watch) {
    Supplier<Results> step =
        engine.train(batch, objectives, updater(engine), rate(), progress.step(), seed, watch);
    return () -> {
      Results results = step.get();
      progress = progress.nextStep();
      return results;
    };
  }

  /**
   * Ends a run: the weights' moving averages, where there are any, take their place.
   *
   * @return whether they did
   */
  boolean end() {
    return updater != null && updater.overwriteWithAverages();
  }

  Snapshot snapshot(Engine engine, long seed, Map<String, Tensor> weights) {
    Map<String, Tensor> slots = updater == null ? Map.of() : updater.slotsOnDemand();
    return new Snapshot(
        seed, progress, learningRate, weights, slots, engine.states(), sums, callbacks);
  }

  /** Takes up a snapshot but for weights and states. */
  void restore(Engine engine, Snapshot s) {
    List<String> needed = remembered(objectives.compile().optimizer());
    if (s.slots().isEmpty()
        && s.progress().step() > 0
        && !needed.isEmpty()
        && !objectives.trainable().isEmpty()) {
      throw new IllegalArgumentException(
          "restore: the snapshot of step "
              + s.progress().step()
              + " holds nothing that an optimizer remembers, "
              + objectives.compile().optimizer().config().className()
              + " needs "
              + needed
              + "; compile the model with the optimizer of the snapshot, or take only its weights with"
              + " setWeights");
    }
    if (s.slots().isEmpty()) {
      close();
    } else {
      updater(engine).restore(s.slots());
    }
    progress = s.progress();
    learningRate = s.learningRate();
    sums = s.sums();
    callbacks = s.callbacks();
    history = new History(s.callbacks().getOrDefault(TrainingLoop.HISTORY, Map.of()));
  }

  /** Fails if a training cannot go on with other options. */
  void checkGoesOn(Compile options, Network network) {
    Optimizer was = objectives.compile().optimizer();
    Optimizer is = options.optimizer();
    if (!is.config().className().equals(was.config().className())
        || !remembered(is).equals(remembered(was))) {
      throw new IllegalArgumentException(
          "adjust: "
              + is.config().className()
              + " with "
              + remembered(is)
              + " cannot go on where "
              + was.config().className()
              + " with "
              + remembered(was)
              + " stopped; compile the model anew");
    }
    List<String> logs = new Objectives(options, network).logNames();
    if (progress.batch() > 0 && !logs.equals(objectives.logNames())) {
      throw new IllegalArgumentException(
          "adjust: the epoch in progress is measured by "
              + objectives.logNames()
              + ", not "
              + logs
              + "; change that when it is done");
    }
  }

  private static List<String> remembered(Optimizer o) {
    return Stream.concat(o.slots().stream(), o.common().slots().stream()).toList();
  }

  /**
   * A snapshot to go on from with other options: without the rate that was set in another's place.
   */
  Snapshot adjusted(Compile options, Snapshot s) {
    Schedule was = objectives.compile().optimizer().common().learningRate();
    Schedule is = options.optimizer().common().learningRate();
    double rate = is.config().equals(was.config()) ? s.learningRate() : Double.NaN;
    return new Snapshot(
        s.seed(), s.progress(), rate, s.weights(), s.slots(), s.states(), s.sums(), s.callbacks());
  }

  /** Names of all logs of a run. */
  List<String> logNames(boolean validation) {
    List<String> own = objectives.logNames();
    return validation
        ? Stream.concat(own.stream(), own.stream().map(n -> "val_" + n)).toList()
        : own;
  }

  @Override
  public void close() {
    if (updater != null) {
      Updater u = updater;
      updater = null;
      u.close();
    }
  }
}
