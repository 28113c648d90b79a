package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Stops training when a log has not got better for some epochs: Keras's {@code EarlyStopping}. What
 * it remembers is part of a {@link Snapshot}, so that an interrupted run stops where the whole one
 * would have. After it has stopped a run, a further one starts with new patience.
 */
public final class EarlyStopping implements Callback {
  private static final String BEST_WEIGHTS = "best_weights/";

  private Monitor monitor;
  private int patience;
  private boolean restoreBest;
  private double best;
  private int wait;
  private boolean stopped;
  private Map<String, Tensor> bestWeights = Map.of();

  /**
   * With patience 0: stops at the first epoch that is not better. Which way is better follows from
   * the name: up for accuracy, AUC, precision, recall and F1, down for everything else.
   *
   * @param monitor name of a log, for instance {@code val_loss}
   */
  public EarlyStopping(String monitor) {
    this.monitor = Monitor.of(monitor, 0);
    this.best = this.monitor.worst();
  }

  /**
   * Sets how many epochs in a row may be no better before training stops.
   *
   * @param epochs at least 0
   * @return this callback
   */
  public EarlyStopping patience(int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("patience=" + epochs + ", must be at least 0");
    }
    patience = epochs;
    return this;
  }

  /**
   * Sets how much a change must exceed to count as better.
   *
   * @param delta at least 0
   * @return this callback
   */
  public EarlyStopping minDelta(double delta) {
    monitor = monitor.withMinDelta(delta);
    return this;
  }

  /**
   * Sets which way is better.
   *
   * @param newMode {@code min}, {@code max} or {@code auto}
   * @return this callback
   */
  public EarlyStopping mode(String newMode) {
    monitor = monitor.withMode(newMode);
    best = monitor.worst();
    return this;
  }

  /**
   * Chooses whether the model gets the weights of its best epoch when training ends, early or after
   * the last epoch (not when a stop was asked for otherwise, since training can then go on).
   *
   * @param restore whether it does
   * @return this callback
   */
  public EarlyStopping restoreBest(boolean restore) {
    restoreBest = restore;
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    run.checkMonitor(monitor.name(), "EarlyStopping");
    stopped = false;
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    double value = Objects.requireNonNull(logs.get(monitor.name()), monitor.name());
    if (monitor.isBetter(value, best)) {
      best = value;
      wait = 0;
      if (restoreBest) {
        bestWeights = run.model().weights();
      }
    } else if (++wait >= patience) {
      wait = 0;
      stopped = true;
      run.model().requestStop();
    }
  }

  @Override
  public void onTrainEnd(Run run) {
    boolean finished = run.model().progress().epoch() >= run.epochs();
    if ((stopped || finished) && !bestWeights.isEmpty()) {
      run.model().setWeights(List.copyOf(bestWeights.values()));
    }
  }

  /**
   * Whether it stopped the last run.
   *
   * @return true if it did
   */
  public boolean stopped() {
    return stopped;
  }

  @Override
  public String key() {
    return "early_stopping/" + monitor.name();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("best", Monitor.number(best));
    state.put("wait", Monitor.number(wait));
    bestWeights.forEach((name, t) -> state.put(BEST_WEIGHTS + name, t));
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    best = Monitor.number(state, "best", monitor.worst());
    wait = (int) Monitor.number(state, "wait", 0);
    bestWeights = new LinkedHashMap<>();
    state.forEach(
        (key, t) -> {
          if (restoreBest && key.startsWith(BEST_WEIGHTS)) {
            bestWeights.put(key.substring(BEST_WEIGHTS.length()), t);
          }
        });
  }
}
