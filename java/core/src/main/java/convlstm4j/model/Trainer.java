package convlstm4j.model;

import convlstm4j.backend.Closing;
import convlstm4j.data.Batch;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What trains a model: what it was compiled for, the fit that is under way, and whether that is to
 * stop.
 */
final class Trainer {
  /** A fit. */
  interface Run {
    /** Trains. */
    History run();

    /** Brings what has been added up so far to where snapshots look for it. */
    void flush();
  }

  private final Network network;
  private final Session session;
  private final InputForms forms;

  /** Other threads may ask how far training has come. */
  private volatile @Nullable Training training;

  private @Nullable Run loop;
  private volatile boolean stopRequested;
  private int replaced;

  Trainer(Network network, Session session, InputForms forms) {
    this.network = network;
    this.session = session;
    this.forms = forms;
  }

  void compile(Compile options) {
    checkIdle("compile");
    Training before = training;
    training = new Training(new Objectives(options, network));
    Closing.all(before, session.isStarted() ? session.engine()::forgetPasses : null);
  }

  void adjust(Compile options) {
    checkIdle("adjust");
    Training before = training("adjust");
    before.checkGoesOn(options, network);
    Snapshot kept = before.adjusted(options, snapshot().copy());
    compile(options);
    restore(kept);
  }

  /**
   * Runs a fit.
   *
   * @param make makes it, of what is trained
   */
  History fit(Function<Training, Run> make) {
    checkIdle("fit");
    Run now = make.apply(training("fit"));
    loop = now;
    try {
      return session.restingAfter(now::run);
    } finally {
      now.flush();
      loop = null;
      stopRequested = false;
    }
  }

  void requestStop() {
    stopRequested = true;
  }

  boolean isStopRequested() {
    return stopRequested;
  }

  /** One step of training. */
  Map<String, Double> step(Batch batch) {
    Scores scores = new Scores(training("trainOnBatch").objectives());
    scores.add(start(prepare(batch, Map.of()), s -> {}).get());
    return scores.logs();
  }

  Prepared prepare(Batch batch, Map<String, Map<Integer, Double>> classWeights) {
    forms.learn("fit", InputForms.of(batch));
    return session.engine().prepare(batch, training("fit").objectives(), classWeights);
  }

  /** Whether to prepare the next batch while a step is under way. */
  boolean preparesAhead() {
    return session.engine().preparesAhead();
  }

  /** Starts a step of training; the result waits for it. */
  Supplier<Results> start(Prepared batch, Consumer<Stretch> watch) {
    return training("fit").start(session.engine(), batch, session.seed(), watch);
  }

  void setWeights(List<Tensor> values) {
    Snapshot.checkWeights("setWeights", network, values.stream().map(Tensor::shape).toList());
    replaceWeights(values);
  }

  private void replaceWeights(Iterable<Tensor> values) {
    session.engineToFill().weights(values);
    replaced++;
  }

  /** Counts that the weights are not those that training left. */
  void replaced() {
    replaced++;
  }

  int replacements() {
    return replaced;
  }

  /** Its weights and slots are copied as they are read. */
  Snapshot snapshot() {
    if (loop != null) {
      loop.flush();
    }
    Engine engine = session.engine();
    return training == null
        ? Snapshot.untrained(session.seed(), engine.weights(), engine.states())
        : training.snapshot(engine, session.seed(), engine.weights());
  }

  void restore(Snapshot snapshot) {
    checkIdle("restore");
    snapshot.checkFits(network, training != null);
    if (training != null) {
      training.restore(session.engineToFill(), snapshot);
    }
    replaceWeights(snapshot.weights().values());
    session.restoreSeed(snapshot.seed());
    session.engine().setStates(snapshot.states());
  }

  Progress progress() {
    return training == null ? Progress.START : training.progress();
  }

  /** Bytes that the optimiser holds of the backend's memory. */
  long rememberedBytes() {
    return training == null ? 0 : training.rememberedBytes();
  }

  Optional<Compile> compilation() {
    return Optional.ofNullable(training).map(t -> t.objectives().compile());
  }

  /** Fails if the model is not compiled. */
  Training training(String what) {
    if (training == null) {
      throw new IllegalStateException(what + ": the model is not compiled; call compile first");
    }
    return training;
  }

  /** Fails while a fit is under way. */
  void checkIdle(String what) {
    if (loop != null) {
      throw new IllegalStateException(what + ": the model is being trained");
    }
  }

  /** Gives back all that the model runs on. */
  void close() {
    session.close(training);
  }
}
