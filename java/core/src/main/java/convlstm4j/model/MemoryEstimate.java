package convlstm4j.model;

import java.util.Locale;

/**
 * How much of a backend's memory something takes, found without allocating it.
 *
 * @param weights bytes of the weights and statistics
 * @param optimizer bytes that the optimiser remembers; 0 for a prediction
 * @param batch bytes of the batch itself; in training with those of the predictions that metrics
 *     want, and of the next batch where the backend brings it while this one computes
 * @param step bytes of values, gradients, reserve and workspace at the fullest moment of a step
 */
public record MemoryEstimate(long weights, long optimizer, long batch, long step) {
  /**
   * All of it.
   *
   * @return bytes
   */
  public long total() {
    return weights + optimizer + batch + step;
  }

  /** The parts in GiB. */
  @Override
  public String toString() {
    return gib(total())
        + " ("
        + gib(step)
        + " for values and gradients, "
        + gib(batch)
        + " for the batch, "
        + gib(weights)
        + " for the weights, "
        + gib(optimizer)
        + " for the optimizer)";
  }

  static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
  }
}
