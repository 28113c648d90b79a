package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.Map;
import java.util.Objects;

/**
 * Lowers a constant learning rate when a log has not got better for some epochs: Keras's {@code
 * ReduceLROnPlateau}, {@code rate = max(rate factor, minRate)}. What it remembers, and the rate,
 * are part of a {@link Snapshot}.
 */
public final class ReduceOnPlateau implements Callback {
  private Monitor monitor;
  private double factor = 0.1;
  private int patience = 10;
  private int cooldown;
  private double minRate;
  private double best;
  private int wait;
  private int cooling;

  /**
   * With Keras's defaults: factor 0.1, patience 10, minDelta 1e-4, no cooldown, minRate 0. Which
   * way is better follows from the name: up for accuracy, AUC, precision, recall and F1, down for
   * everything else.
   *
   * @param monitor name of a log, for instance {@code val_loss}
   */
  public ReduceOnPlateau(String monitor) {
    this.monitor = Monitor.of(monitor, 1e-4);
    this.best = this.monitor.worst();
  }

  /**
   * Sets what the rate is multiplied by.
   *
   * @param value at least 0 and below 1
   * @return this callback
   */
  public ReduceOnPlateau factor(double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException("factor=" + value + ", must be at least 0 and below 1");
    }
    factor = value;
    return this;
  }

  /**
   * Sets how many epochs in a row may be no better before the rate goes down.
   *
   * @param epochs at least 0
   * @return this callback
   */
  public ReduceOnPlateau patience(int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("patience=" + epochs + ", must be at least 0");
    }
    patience = epochs;
    return this;
  }

  /**
   * Sets how many epochs after a reduction do not count.
   *
   * @param epochs at least 0
   * @return this callback
   */
  public ReduceOnPlateau cooldown(int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException("cooldown=" + epochs + ", must be at least 0");
    }
    cooldown = epochs;
    return this;
  }

  /**
   * Sets how much a change must exceed to count as better.
   *
   * @param delta at least 0
   * @return this callback
   */
  public ReduceOnPlateau minDelta(double delta) {
    monitor = monitor.withMinDelta(delta);
    return this;
  }

  /**
   * Sets the rate below which it does not go.
   *
   * @param rate at least 0
   * @return this callback
   */
  public ReduceOnPlateau minRate(double rate) {
    if (!(rate >= 0)) {
      throw new IllegalArgumentException("minRate=" + rate + ", must be at least 0");
    }
    minRate = rate;
    return this;
  }

  /**
   * Sets which way is better.
   *
   * @param newMode {@code min}, {@code max} or {@code auto}
   * @return this callback
   */
  public ReduceOnPlateau mode(String newMode) {
    monitor = monitor.withMode(newMode);
    best = monitor.worst();
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    run.checkMonitor(monitor.name(), "ReduceOnPlateau");
    // Fails at once, rather than on the first plateau, where the rate follows a schedule.
    run.model().learningRate(run.model().learningRate());
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    double value = Objects.requireNonNull(logs.get(monitor.name()), monitor.name());
    if (cooling > 0) {
      cooling--;
      wait = 0;
    }
    if (monitor.isBetter(value, best)) {
      best = value;
      wait = 0;
    } else if (cooling == 0 && ++wait >= patience) {
      double rate = run.model().learningRate();
      if (rate > minRate) {
        run.model().learningRate(Math.max(rate * factor, minRate));
        cooling = cooldown;
        wait = 0;
      }
    }
  }

  @Override
  public String key() {
    return "reduce_on_plateau/" + monitor.name();
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of(
        "best", Monitor.number(best),
        "wait", Monitor.number(wait),
        "cooling", Monitor.number(cooling));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    best = Monitor.number(state, "best", monitor.worst());
    wait = (int) Monitor.number(state, "wait", 0);
    cooling = (int) Monitor.number(state, "cooling", 0);
  }
}
