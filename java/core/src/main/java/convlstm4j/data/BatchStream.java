package convlstm4j.data;

import java.util.Iterator;

/**
 * One pass over a dataset. To be closed, also before its end; after that {@link #hasNext} and
 * {@link #next} throw an {@link IllegalStateException}.
 */
public interface BatchStream extends Iterator<Batch>, AutoCloseable {
  /**
   * A pass over batches that come one by one and hold nothing open in between.
   *
   * @param batches in the order of the pass
   * @return the stream
   */
  static BatchStream of(Iterator<Batch> batches) {
    return of(batches, () -> {});
  }

  /**
   * A pass over batches that come one by one.
   *
   * @param batches in the order of the pass
   * @param close gives back what they hold; called once
   * @return the stream
   */
  static BatchStream of(Iterator<Batch> batches, Runnable close) {
    return new BatchStream() {
      private boolean closed;

      @Override
      public boolean hasNext() {
        checkOpen(closed);
        return batches.hasNext();
      }

      @Override
      public Batch next() {
        checkOpen(closed);
        return batches.next();
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          close.run();
        }
      }
    };
  }

  /**
   * Fails once a stream is closed.
   *
   * @param closed whether it is
   * @throws IllegalStateException if it is
   */
  static void checkOpen(boolean closed) {
    if (closed) {
      throw new IllegalStateException(
          "the stream of batches is closed; open the dataset again for another pass");
    }
  }

  /** Gives back files and threads. */
  @Override
  void close();
}
