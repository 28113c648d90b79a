package convlstm4j.data;

import java.util.List;

/**
 * Samples that are loaded batch by batch. The order of an epoch depends on nothing but the dataset,
 * its seed and the epoch's number, so that training can be resumed in the middle of one.
 *
 * <pre>{@code
 * Dataset memory = Data.of(x, y).batch(8).shuffle(1);
 * Dataset films = Data.videos(Path.of("films"), model).windows(16).batch(4).shuffle(1);
 * Dataset made = Datasets.of(List.of("a", "b"), id -> Batch.of(x, y));
 * }</pre>
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

  /**
   * How files have become the numbers of the inputs; a model remembers it from training and refuses
   * data of another form.
   *
   * @return one per input; an empty list if it is not known
   */
  default List<InputForm> inputForms() {
    return List.of();
  }

  /**
   * How many batches may be in memory beside the one that was given last.
   *
   * @return 0 where each is made when it is asked for
   */
  default int batchesAhead() {
    return 0;
  }

  /**
   * Numbers of samples that the batches of an epoch have, which must be one for a stateful model.
   *
   * @return each once, that of the first batch first; empty if they are not known
   */
  default List<Integer> batchSizes() {
    return List.of();
  }
}
