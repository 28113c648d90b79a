package convlstm4j.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Samples that can be loaded by number, in batches. An immutable value, each method returns a new
 * one.
 */
public final class IndexedDataset implements Dataset {
  private static final int DEFAULT_BATCH = 32;

  /** Loads samples. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Loads a batch; called by the thread that reads the dataset.
     *
     * @param samples numbers of the samples, in the order that the batch has them in
     * @param where epoch and place in it, for the batch's description
     * @return the batch, of {@code samples.length} samples
     */
    Batch load(int[] samples, String where);
  }

  private final int first;
  private final int samples;
  private final Loader loader;
  private final int batchSize;
  private final boolean shuffle;
  private final long seed;
  private final List<InputForm> forms;

  private IndexedDataset(
      int first,
      int samples,
      Loader loader,
      int batchSize,
      boolean shuffle,
      long seed,
      List<InputForm> forms) {
    this.first = first;
    this.samples = samples;
    this.loader = loader;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.forms = forms;
  }

  /**
   * Samples by number; batches of 32, in order.
   *
   * @param samples how many there are
   * @param loader loads some of them
   * @return the dataset
   * @throws IllegalArgumentException if there are none
   */
  public static IndexedDataset of(int samples, Loader loader) {
    if (samples < 1) {
      throw new IllegalArgumentException("the dataset has no samples");
    }
    return new IndexedDataset(0, samples, loader, DEFAULT_BATCH, false, 0, List.of());
  }

  /**
   * Takes a stretch of the samples only, such as those kept for validation.
   *
   * @param from number of the first, counted as in this dataset
   * @param to number of the last + 1
   * @return a new dataset
   * @throws IllegalArgumentException if the stretch is empty or not within the dataset
   */
  public IndexedDataset range(int from, int to) {
    if (from < 0 || to <= from || to > samples) {
      throw new IllegalArgumentException(
          "samples "
              + from
              + " to "
              + to
              + " (not included), expected at least one of the "
              + samples
              + " that there are");
    }
    return new IndexedDataset(first + from, to - from, loader, batchSize, shuffle, seed, forms);
  }

  /**
   * Number of samples.
   *
   * @return at least 1
   */
  public int samples() {
    return samples;
  }

  /**
   * Sets the size of a batch; the last of an epoch may be smaller.
   *
   * @param size at least 1
   * @return a new dataset
   * @throws IllegalArgumentException if it is not
   */
  public IndexedDataset batch(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("batch size " + size + ", must be at least 1");
    }
    return new IndexedDataset(first, samples, loader, size, shuffle, seed, forms);
  }

  /**
   * Takes the samples in another random order in every epoch.
   *
   * @param newSeed decides the orders, together with the epoch's number
   * @return a new dataset
   */
  public IndexedDataset shuffle(long newSeed) {
    return new IndexedDataset(first, samples, loader, batchSize, true, newSeed, forms);
  }

  /**
   * Says how the loader makes numbers of its files.
   *
   * @param byInput one per input
   * @return a new dataset
   */
  public IndexedDataset inputForms(List<InputForm> byInput) {
    return new IndexedDataset(
        first, samples, loader, batchSize, shuffle, seed, List.copyOf(byInput));
  }

  @Override
  public List<InputForm> inputForms() {
    return forms;
  }

  @Override
  public List<Integer> batchSizes() {
    int full = Math.min(batchSize, samples);
    return samples % full == 0 ? List.of(full) : List.of(full, samples % full);
  }

  @Override
  public String toString() {
    return samples + " samples in " + batches() + " batches";
  }

  @Override
  public int batches() {
    return (samples - 1) / batchSize + 1;
  }

  @Override
  public BatchStream open(long epoch, int firstBatch) {
    Orders.checkFirst(firstBatch, batches());
    int[] order = Orders.of(samples, epoch, shuffle, seed);
    return BatchStream.of(
        new Iterator<>() {
          private int next = firstBatch;

          @Override
          public boolean hasNext() {
            return next < batches();
          }

          @Override
          public Batch next() {
            if (!hasNext()) {
              throw new NoSuchElementException("no batch " + next);
            }
            int from = next++ * batchSize;
            int to = from + Math.min(batchSize, samples - from);
            int[] numbers = Arrays.copyOfRange(order, from, to);
            for (int i = 0; i < numbers.length; i++) {
              numbers[i] += first;
            }
            return loader.load(
                numbers, "epoch " + (epoch + 1) + ", samples " + from + "-" + (to - 1));
          }
        });
  }
}
