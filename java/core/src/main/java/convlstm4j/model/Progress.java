package convlstm4j.model;

/**
 * How far a model has been trained since it was compiled.
 *
 * @param epoch epochs done
 * @param batch batches done of the epoch in progress
 * @param step updates done in all
 */
public record Progress(long epoch, int batch, long step) {
  /** Nothing done. */
  public static final Progress START = new Progress(0, 0, 0);

  Progress nextBatch() {
    return new Progress(epoch, batch + 1, step);
  }

  Progress nextStep() {
    return new Progress(epoch, batch, step + 1);
  }

  Progress nextEpoch() {
    return new Progress(epoch + 1, 0, step);
  }
}
