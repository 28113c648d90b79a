package convlstm4j.optim;

/**
 * An exponential moving average of every trained weight (Polyak and Juditsky 1992, in Keras's form
 * {@code use_ema}): after each step {@code average = momentum average + (1 - momentum) w}, which
 * begins as the weight after the first update. At the end of {@code fit} the averages take the
 * weights' place.
 *
 * @param momentum 0 to 1; Keras's {@code ema_momentum} (0.99)
 * @param overwriteFrequency the averages also take the weights' place after every so many updates;
 *     Keras's {@code ema_overwrite_frequency}; 0 for never. Where gradients accumulate, they do so
 *     in each step from the update before on, as in Keras
 */
public record Averaging(double momentum, long overwriteFrequency) {
  static final double MOMENTUM = 0.99;

  public Averaging {
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException("ema_momentum=" + momentum + ", must be 0 to 1");
    }
    Checks.atLeast("ema_overwrite_frequency", (double) overwriteFrequency, 0);
  }

  /** With Keras's momentum of 0.99, and averages that take the weights' place only at the end. */
  public Averaging() {
    this(MOMENTUM, 0);
  }
}
