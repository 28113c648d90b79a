package convlstm4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Makes datasets from functions. */
public final class Datasets {
  private Datasets() {}

  /**
   * Loads the samples of one id.
   *
   * @param <T> type of the ids
   */
  @FunctionalInterface
  public interface Loader<T> {
    /**
     * Loads a batch.
     *
     * @param id which one
     * @return the samples
     * @throws IOException if they cannot be read
     */
    Batch load(T id) throws IOException;
  }

  /**
   * One batch per id, loaded when its turn comes: Keras's {@code fit_generator}.
   *
   * @param ids what there is, in order
   * @param loader loads one batch; called by the thread that reads the dataset
   * @param <T> type of the ids
   * @return the dataset, in the order given
   * @throws IllegalArgumentException if there are no ids
   */
  public static <T> Generated<T> of(List<T> ids, Loader<T> loader) {
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("the list of ids is empty");
    }
    return new Generated<>(List.copyOf(ids), loader, false, 0);
  }

  /**
   * A dataset of {@link Datasets#of}.
   *
   * @param <T> type of the ids
   */
  public static final class Generated<T> implements Dataset {
    private final List<T> ids;
    private final Loader<T> loader;
    private final boolean shuffle;
    private final long seed;

    private Generated(List<T> ids, Loader<T> loader, boolean shuffle, long seed) {
      this.ids = ids;
      this.loader = loader;
      this.shuffle = shuffle;
      this.seed = seed;
    }

    /**
     * Takes the ids in another random order in every epoch.
     *
     * @param newSeed decides the orders, together with the epoch's number
     * @return a new dataset
     */
    public Generated<T> shuffle(long newSeed) {
      return new Generated<>(ids, loader, true, newSeed);
    }

    @Override
    public String toString() {
      return ids.size() + " batches that a loader makes";
    }

    @Override
    public int batches() {
      return ids.size();
    }

    @Override
    public BatchStream open(long epoch, int firstBatch) {
      Orders.checkFirst(firstBatch, batches());
      int[] order = Orders.of(ids.size(), epoch, shuffle, seed);
      return BatchStream.of(
          new Iterator<>() {
            private int next = firstBatch;

            @Override
            public boolean hasNext() {
              return next < order.length;
            }

            @Override
            public Batch next() {
              if (!hasNext()) {
                throw new NoSuchElementException("no batch " + next);
              }
              T id = ids.get(order[next++]);
              try {
                return loader.load(id);
              } catch (IOException e) {
                throw new UncheckedIOException("cannot load " + id + ": " + e.getMessage(), e);
              }
            }
          });
    }
  }
}
