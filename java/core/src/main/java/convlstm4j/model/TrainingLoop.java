package convlstm4j.model;

import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of {@link Model#fit}. */
final class TrainingLoop implements Trainer.Run {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  /** Under which what was reported is kept beside what callbacks remember. */
  static final String HISTORY = "history";

  private final Model model;
  private final Trainer trainer;
  private final Training training;
  private final Dataset data;
  private final Fit fit;
  private final List<Callback> callbacks;
  private final List<String> keys = new ArrayList<>();
  private final Run run;
  private final History history = new History();

  /** Sums of the epoch in progress; null between epochs. */
  private @Nullable Scores scores;

  TrainingLoop(Model model, Trainer trainer, Training training, Dataset data, Fit fit) {
    this.model = model;
    this.trainer = trainer;
    this.training = training;
    this.data = data;
    this.fit = fit;
    this.callbacks = TerminalProgress.beside(fit);
    callbacks.sort((a, b) -> Boolean.compare(a.key().isEmpty(), b.key().isEmpty()));
    for (Callback c : callbacks) {
      String key = c.key();
      for (int k = 1; !key.isEmpty() && (keys.contains(key) || key.equals(HISTORY)); k++) {
        key = c.key() + "_" + k;
      }
      keys.add(key);
    }
    Feeds.checkNotEmpty(data, "training data");
    if (fit.validation() != null) {
      Feeds.checkNotEmpty(fit.validation(), "validation data");
    }
    model.checks.trainable(data, fit.validation());
    for (String name : fit.classWeights().keySet()) {
      if (!name.equals(Fit.ALL) && !model.network().outputNames().contains(name)) {
        throw new IllegalArgumentException(
            "fit: class weights for output \""
                + name
                + "\", which the model does not have; its outputs are "
                + model.network().outputNames());
      }
    }
    this.run =
        new Run(
            model,
            fit.target(training.progress()),
            data.batches(),
            training.logNames(fit.validation() != null),
            training.history());
  }

  @Override
  public History run() {
    if (training.progress().epoch() >= run.epochs()) {
      LOG.warn(
          "fit: {} epochs are done, {} were asked for in all: nothing to do (Fit.moreEpochs trains"
              + " further)",
          training.progress().epoch(),
          run.epochs());
    }
    try {
      for (int i = 0; i < callbacks.size(); i++) {
        Callback c = callbacks.get(i);
        c.restore(
            keys.get(i).isEmpty()
                ? Map.of()
                : training.callbacks().getOrDefault(keys.get(i), Map.of()));
        c.onTrainBegin(run);
      }
      boolean whole = true;
      boolean any = false;
      while (whole && training.progress().epoch() < run.epochs() && !model.isStopRequested()) {
        whole = epoch(training.progress().epoch());
        any |= whole;
      }
      if (whole && any && training.end()) { // else training can go on in the middle
        trainer.replaced();
      }
    } catch (RuntimeException | Error e) {
      end(e);
      throw e;
    }
    RuntimeException failed = end(null);
    if (failed != null) {
      throw failed;
    }
    return history;
  }

  /**
   * Tells all callbacks, whatever one of them throws.
   *
   * @param before what ended training, which later failures are put beside; null if it went well
   * @return the first that was thrown; null if none was, or training had failed before
   */
  private @Nullable RuntimeException end(@Nullable Throwable before) {
    RuntimeException failed = null;
    for (Callback c : callbacks) {
      try {
        c.onTrainEnd(run);
      } catch (RuntimeException e) {
        Throwable first = before != null ? before : failed;
        if (first == null) {
          failed = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
    }
    return failed;
  }

  /** Trains the rest of an epoch. Returns false if a stop was asked for before it was done. */
  private boolean epoch(long epoch) {
    callbacks.forEach(c -> c.onEpochBegin(run, epoch));
    Scores sums = new Scores(training.objectives());
    scores = sums;
    int first = training.progress().batch();
    if (first > run.batches()) {
      throw new IllegalArgumentException(
          "fit: "
              + first
              + " batches of epoch "
              + (epoch + 1)
              + " are done, but the training data has only "
              + run.batches()
              + ": it is not the data that training began with");
    }
    if (!training.sums().isEmpty()) {
      sums.restore(training.sums());
    }
    if (!batches(epoch, first, sums)) {
      return false;
    }
    Map<String, Double> logs = sums.logs();
    if (fit.validation() != null) {
      Optional<Map<String, Double>> validated =
          model.uses.evaluate(training.objectives(), fit.validation(), model::isStopRequested);
      if (validated.isEmpty()) {
        return false;
      }
      validated.get().forEach((name, v) -> logs.put("val_" + name, v));
    }
    scores = null;
    training.sums(Map.of());
    training.progress(training.progress().nextEpoch());
    history.add(epoch, logs);
    training.history().add(epoch, logs);
    callbacks.forEach(c -> c.onEpochEnd(run, epoch, logs));
    return true;
  }

  private boolean batches(long epoch, int first, Scores sums) {
    try (BatchStream stream = data.open(epoch, first)) {
      Prepared next = null;
      while (next != null || stream.hasNext()) {
        if (model.isStopRequested()) {
          return false;
        }
        Supplier<Results> step;
        try {
          step = trainer.start(next != null ? next : next(stream), this::watch);
        } catch (StepStopped e) {
          return false;
        }
        next = null;
        RuntimeException failed = null;
        if (trainer.preparesAhead()) {
          try {
            next = stream.hasNext() ? next(stream) : null;
          } catch (RuntimeException e) {
            failed = e; // of the batch after this one
          }
        }
        finish(epoch, step, sums, failed);
      }
    }
    if (training.progress().batch() != run.batches()) {
      throw new IllegalStateException(
          "fit: the training data promised "
              + run.batches()
              + " batches per epoch and gave "
              + training.progress().batch()
              + " in epoch "
              + (epoch + 1));
    }
    return true;
  }

  private void watch(Stretch stretch) {
    callbacks.forEach(c -> c.onStretch(run, stretch));
    if (model.isStopRequested()) {
      throw new StepStopped();
    }
  }

  private Prepared next(BatchStream stream) {
    return trainer.prepare(stream.next(), fit.classWeights());
  }

  /** Waits for a step and counts it; then throws what failed beside it. */
  private void finish(
      long epoch, Supplier<Results> step, Scores sums, @Nullable RuntimeException failed) {
    try {
      sums.add(step.get());
    } catch (RuntimeException e) {
      if (failed != null) {
        e.addSuppressed(failed);
      }
      throw e;
    }
    training.progress(training.progress().nextBatch());
    int done = training.progress().batch() - 1;
    callbacks.forEach(c -> c.onBatchEnd(run, epoch, done, sums::logs));
    if (failed != null) {
      throw failed;
    }
  }

  /** Writes into the training what a snapshot needs of this run. */
  @Override
  public void flush() {
    if (scores != null && training.progress().batch() > 0) {
      training.sums(scores.state());
    }
    Map<String, Map<String, Tensor>> states = new LinkedHashMap<>(training.callbacks());
    for (int i = 0; i < callbacks.size(); i++) {
      if (!keys.get(i).isEmpty()) {
        states.put(keys.get(i), new LinkedHashMap<>(callbacks.get(i).state()));
      }
    }
    states.put(HISTORY, training.history().state());
    training.callbacks(states);
  }
}
