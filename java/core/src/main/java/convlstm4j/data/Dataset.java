package convlstm4j.data;

/**
 * Samples that are loaded batch by batch. The order of an epoch depends on nothing but the dataset,
 * its seed and the epoch's number, so that training can be resumed in the middle of one.
 */
public interface Dataset {
  /**
   * Number of batches in an epoch.
   *
   * @return at least 1
   */
  int batches();

  /**
   * Starts a pass.
   *
   * @param epoch which epoch, from 0: decides the order where the dataset shuffles
   * @param firstBatch how many batches of the epoch to leave out at its start, 0 to {@link
   *     #batches()}
   * @return the batches, {@link #batches()} - firstBatch of them
   */
  BatchStream open(long epoch, int firstBatch);
}
