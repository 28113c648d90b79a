package convlstm4j.bench.task;

import java.util.Locale;

/** What is done with a layer or model. */
public enum Pass {
  /** Forward, as at inference. */
  FORWARD(1),
  /** Forward as in training, then the gradients of all weights and, for a layer, of x. */
  TRAINING(3),
  /**
   * A user's step of training: a batch in the host's memory, losses, gradients, an update by plain
   * gradient descent, and the losses back; a layer learns targets by their mean squared error.
   */
  STEP(3);

  private final int flopFactor;

  Pass(int flopFactor) {
    this.flopFactor = flopFactor;
  }

  /**
   * Arithmetic as a multiple of that of a forward pass: a convolution's gradients are two more
   * convolutions.
   *
   * @return 1 or 3
   */
  public int flopFactor() {
    return flopFactor;
  }

  /**
   * The name in requests and tables.
   *
   * @return {@code forward}, {@code training} or {@code step}
   */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The pass of a name.
   *
   * @param key its key
   * @return the pass
   */
  public static Pass of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT));
  }
}
