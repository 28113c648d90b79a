package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.backend.reference.heap.Parallel;
import java.util.Arrays;

/** Images taken some at a time, with channels last: where the user has them, or copied. */
final class ImageChunks {
  /** Elements that the copies may take, beyond those of a single image. */
  private static final int COPY = 1 << 22;

  private final ChannelsLast image;
  private final int batch;
  private final int chunk;
  private final int copy;

  /**
   * Describes them.
   *
   * @param image of the batch
   * @param batch how many
   * @param chunk how many at a time
   * @param copy where in the workspace copies begin
   */
  ImageChunks(ChannelsLast image, int batch, int chunk, int copy) {
    this.image = image;
    this.batch = batch;
    this.chunk = chunk;
    this.copy = copy;
  }

  /** How many images to take at a time, if x and y of each are copied. */
  static int chunk(int batch, ChannelsLast x, ChannelsLast y) {
    int fitting = (int) Math.max(1, COPY / ((long) x.size() + y.size()));
    return x.isNeeded() ? Math.min(batch, fitting) : batch;
  }

  /** Elements of the copies. */
  long copies() {
    return image.isNeeded() ? (long) chunk * image.size() : 0;
  }

  /** Elements of an image. */
  int size() {
    return image.size();
  }

  /** Where the images of a chunk are, or are to be copied. */
  Frames place(float[] user, int first, float[] work) {
    int count = Math.min(chunk, batch - first);
    return image.isNeeded()
        ? new Frames(work, copy, image.size(), count)
        : new Frames(user, first * image.size(), image.size(), count);
  }

  /** The images of a chunk: where they are, or copied. */
  Frames read(float[] user, int first, float[] work) {
    Frames frames = place(user, first, work);
    if (image.isNeeded()) {
      Parallel.each(
          frames.count(), f -> image.read(user, (first + f) * size(), work, copy + f * size()));
    }
    return frames;
  }

  /** Where to add to the images of a chunk: zeros, where these are copies or to be written. */
  Frames sums(float[] user, int first, boolean write, float[] work) {
    Frames frames = place(user, first, work);
    if (image.isNeeded() || write) {
      int from = frames.offset();
      Arrays.fill(frames.data(), from, from + frames.count() * size(), 0);
    }
    return frames;
  }

  /** Brings a chunk's images to the user's, if they are copies. */
  void write(Frames frames, float[] user, int first) {
    if (image.isNeeded()) {
      Parallel.each(
          frames.count(),
          f -> image.write(frames.data(), copy + f * size(), user, (first + f) * size()));
    }
  }

  /** Adds a chunk's images to the user's, if they are copies. */
  void add(Frames frames, float[] user, int first) {
    if (image.isNeeded()) {
      Parallel.each(
          frames.count(),
          f -> image.add(frames.data(), copy + f * size(), user, (first + f) * size()));
    }
  }
}
