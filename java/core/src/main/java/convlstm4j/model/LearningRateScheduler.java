package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.Map;

/**
 * Sets the learning rate when an epoch begins: Keras's {@code LearningRateScheduler}. An epoch that
 * goes on after an interruption keeps its rate. A rate that depends on the step is a {@link
 * convlstm4j.optim.Schedule} of the optimiser.
 */
public final class LearningRateScheduler implements Callback {
  /** The rate of an epoch. */
  public interface Rate {
    /**
     * Chooses the rate.
     *
     * @param epoch which one, from 0
     * @param before the rate so far
     * @return finite, at least 0
     */
    double of(long epoch, double before);
  }

  private final Rate rate;
  private long last = -1;

  /**
   * Chooses the rates.
   *
   * @param rate of each epoch, for instance {@code (epoch, before) -> epoch < 10 ? before : 0.9 *
   *     before}
   */
  public LearningRateScheduler(Rate rate) {
    this.rate = rate;
  }

  @Override
  public void onEpochBegin(Run run, long epoch) {
    if (epoch != last) {
      run.model().learningRate(rate.of(epoch, run.model().learningRate()));
      last = epoch;
    }
  }

  @Override
  public String key() {
    return "learning_rate_scheduler";
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of("epoch", Monitor.number((double) last));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    last = (long) Monitor.number(state, "epoch", -1);
  }
}
