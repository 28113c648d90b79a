package convlstm4j.video;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** The frames of a video from one on, decoded ahead by a thread and a program of its own. */
final class Decoder implements AutoCloseable {
  private static final long AHEAD_BYTES = 32L << 20;
  private static final long MILLISECONDS_TO_END = 10_000;

  /** What the thread hands over: a frame, or how the video ended. */
  private static final class Item {
    private final byte @Nullable [] frame;
    private final @Nullable VideoException failure;

    Item(byte @Nullable [] frame, @Nullable VideoException failure) {
      this.frame = frame;
      this.failure = failure;
    }
  }

  private final Path video;
  private final int frameBytes;
  private final Iterator<Footage.Run> runs;
  private final BlockingQueue<Item> queue;
  private final Thread thread;
  private volatile boolean closed;

  /** What decodes now; null before the first. */
  private volatile @Nullable Ffmpeg running;

  private final boolean fromStart;
  private long next;

  Decoder(Footage footage, long from, int frameBytes) {
    this.video = footage.path();
    this.frameBytes = frameBytes;
    this.next = from;
    this.fromStart = from == 0;
    this.queue =
        new ArrayBlockingQueue<>((int) Math.min(64, Math.max(2, AHEAD_BYTES / frameBytes)));
    this.runs = footage.from(from);
    this.thread = new Thread(this::decode, "decoder of " + video.getFileName());
    thread.setDaemon(true);
    thread.start();
  }

  /** Index of the frame that {@link #read} gives. */
  long next() {
    return next;
  }

  /** Whether it began with the first frame. */
  boolean isFromStart() {
    return fromStart;
  }

  private void decode() {
    try {
      Item end = new Item(null, null);
      try {
        while (runs.hasNext() && !closed) {
          decode(runs.next());
        }
      } catch (IOException e) {
        end = new Item(null, new VideoException(video, "cannot be decoded: " + e.getMessage(), e));
      } catch (VideoException e) {
        end = new Item(null, e);
      } catch (OutOfMemoryError e) {
        end =
            new Item(
                null,
                new VideoException(
                    video,
                    "no memory for a frame of it: use a smaller batch or fewer frames, or give Java more memory (-Xmx)",
                    e));
      }
      if (!closed) {
        queue.put(end);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: nobody waits
    }
  }

  private void decode(Footage.Run stretch) throws IOException, InterruptedException {
    try (Ffmpeg run = stretch.start()) {
      running = run;
      if (closed) {
        return;
      }
      long frames = 0;
      try (InputStream in = run.output()) {
        while (true) {
          byte[] frame = new byte[frameBytes];
          int n = in.readNBytes(frame, 0, frameBytes);
          if (n == 0) {
            break;
          }
          if (n < frameBytes) {
            throw cut(n);
          }
          queue.put(new Item(frame, null));
          frames++;
        }
        if (!closed) {
          stretch.ended(run, frames);
        }
      }
    }
  }

  private VideoException cut(int bytes) {
    return new VideoException(
        video,
        "its decoder gave "
            + bytes
            + " bytes of a frame, expected "
            + frameBytes
            + ": it changed its size");
  }

  /** The next frame; empty after the last. */
  Optional<byte[]> read() {
    try {
      Item item = queue.take();
      if (item.failure != null) {
        throw item.failure;
      }
      if (item.frame != null) {
        next++;
      }
      return Optional.ofNullable(item.frame);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VideoException(video, "interrupted while it was decoded", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    Ffmpeg run = running;
    if (run != null) {
      run.close();
    }
    try {
      thread.join(MILLISECONDS_TO_END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
