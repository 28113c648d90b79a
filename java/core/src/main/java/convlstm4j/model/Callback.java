package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Something that looks on while a model is trained. Callbacks are called in the order given, those
 * that remember something ({@link #key}) before the others, so that a checkpoint sees them up to
 * date. What a callback throws ends the training.
 *
 * <p>When {@link #onBatchEnd} and {@link #onEpochEnd} are called, the batch or epoch already counts
 * in {@link Model#progress} and {@link Model#snapshot}.
 */
public interface Callback {
  /**
   * Training starts or goes on.
   *
   * @param run what is trained
   */
  default void onTrainBegin(Run run) {}

  /**
   * Training ends: all is done, a stop was asked for, or something failed.
   *
   * @param run what was trained
   */
  default void onTrainEnd(Run run) {}

  /**
   * An epoch starts or goes on.
   *
   * @param run what is trained
   * @param epoch which one, from 0
   */
  default void onEpochBegin(Run run, long epoch) {}

  /**
   * A step that runs some frames at a time goes on to the next of them. What is thrown ends the
   * step, which then has changed nothing.
   *
   * @param run what is trained
   * @param stretch how far the step has come
   */
  default void onStretch(Run run, Stretch stretch) {}

  /**
   * A step is done.
   *
   * @param run what is trained
   * @param epoch which one, from 0
   * @param batch which batch of the epoch, from 0
   * @param logs means over the epoch so far, by name; computed when asked for
   */
  default void onBatchEnd(
      Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {}

  /**
   * An epoch is done, validation included.
   *
   * @param run what is trained
   * @param epoch which one, from 0
   * @param logs losses and metrics by name, those of the validation as {@code val_..}
   */
  default void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {}

  /**
   * Name under which the callback's memory is kept in the model and its snapshots.
   *
   * @return empty if there is nothing to keep
   */
  default String key() {
    return "";
  }

  /**
   * What the callback needs to remember for a later run to go on as if not interrupted.
   *
   * @return tensors by name
   */
  default Map<String, Tensor> state() {
    return Map.of();
  }

  /**
   * Takes up what {@link #state} returned. Called when a run starts, before {@link #onTrainBegin}.
   *
   * @param state tensors by name; empty to start afresh
   */
  default void restore(Map<String, Tensor> state) {}
}
