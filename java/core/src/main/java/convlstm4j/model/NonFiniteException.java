package convlstm4j.model;

/**
 * A NaN or an infinity in a batch, in the loss or in a gradient. The model's weights, statistics,
 * states and optimiser are as before the step.
 */
public final class NonFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String batch;
  private final String where;

  NonFiniteException(String batch, String where, String message) {
    super(message);
    this.batch = batch;
    this.where = where;
  }

  /**
   * The batch at work.
   *
   * @return its description
   */
  public String batch() {
    return batch;
  }

  /**
   * What is not finite first.
   *
   * @return name of an input, target, layer or weight
   */
  public String where() {
    return where;
  }
}
