package convlstm4j.data;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Loads the batches of another dataset ahead, by one background thread, while the model works on
 * those before. In the first pass it waits with the second until that is asked for: by then the
 * model has found room for so many of the size of the first. What loading throws is thrown to the
 * reader at the batch that it concerns.
 */
public final class Prefetch implements Dataset {
  private final Dataset source;
  private final int ahead;

  /** Open once a second batch has been asked for. */
  private final CountDownLatch begun = new CountDownLatch(1);

  private Prefetch(Dataset source, int ahead) {
    this.source = source;
    this.ahead = ahead;
  }

  /**
   * Wraps a dataset.
   *
   * @param source what is loaded
   * @param ahead batches that wait at most, one more being loaded; at least 1
   * @return the dataset
   * @throws IllegalArgumentException if ahead is below 1
   */
  public static Prefetch of(Dataset source, int ahead) {
    if (ahead < 1) {
      throw new IllegalArgumentException("prefetch=" + ahead + ", must be at least 1");
    }
    return new Prefetch(source, ahead);
  }

  @Override
  public int batches() {
    return source.batches();
  }

  @Override
  public List<InputForm> inputForms() {
    return source.inputForms();
  }

  @Override
  public int batchesAhead() {
    return ahead + 1 + source.batchesAhead();
  }

  @Override
  public List<Integer> batchSizes() {
    return source.batchSizes();
  }

  @Override
  public BatchStream open(long epoch, int firstBatch) {
    Ahead stream = new Ahead(source.open(epoch, firstBatch), ahead, begun);
    stream.thread.start();
    return stream;
  }

  /** A batch, the end (both null) or a failure. */
  private record Item(@Nullable Batch batch, @Nullable Throwable failure) {}

  private static final class Ahead implements BatchStream {
    private final BatchStream source;
    private final BlockingQueue<Item> queue;
    private final Thread thread;
    private final CountDownLatch begun;
    private volatile boolean closed;
    private boolean given;
    private @Nullable Item head;

    Ahead(BatchStream source, int ahead, CountDownLatch begun) {
      this.source = source;
      this.begun = begun;
      this.queue = new ArrayBlockingQueue<>(ahead);
      this.thread = new Thread(this::load, "convlstm4j-prefetch");
      thread.setDaemon(true);
    }

    private void load() {
      try {
        Item item;
        do {
          item = loadNext();
          queue.put(item);
          begun.await();
        } while (item.batch() != null && !closed);
      } catch (InterruptedException e) {
        // Nobody here interrupts the thread; whoever does wants it to end.
        Thread.currentThread().interrupt();
      }
    }

    private Item loadNext() {
      try {
        return new Item(source.hasNext() ? source.next() : null, null);
      } catch (RuntimeException | Error e) {
        return new Item(null, e);
      }
    }

    private Item head() {
      if (head == null) {
        if (given) {
          begun.countDown();
        }
        try {
          head = queue.take();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
      }
      return head;
    }

    @Override
    public boolean hasNext() {
      BatchStream.checkOpen(closed);
      return head().batch() != null || head().failure() != null;
    }

    @Override
    public Batch next() {
      BatchStream.checkOpen(closed);
      Item item = head();
      if (item.failure() instanceof RuntimeException e) {
        throw e;
      }
      if (item.failure() instanceof Error e) {
        throw e;
      }
      if (item.batch() == null) {
        throw new NoSuchElementException("no more batches");
      }
      head = null;
      given = true;
      return item.batch();
    }

    /**
     * Lets the thread end, waits for it, and closes the source. The thread is not interrupted: that
     * would close a file channel that it reads from, which the source may share between passes.
     */
    @Override
    public void close() {
      closed = true;
      begun.countDown(); // lets the thread see it
      boolean interrupted = false;
      while (thread.isAlive()) {
        queue.clear();
        try {
          thread.join(1);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      source.close();
    }
  }
}
