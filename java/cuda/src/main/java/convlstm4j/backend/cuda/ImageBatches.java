package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of any number of images: in batches, since cuDNN counts a tensor's elements in 31
 * bits, and many of its kernels lay images along the grid's y or z axis, which has 16.
 */
final class ImageBatches implements AutoCloseable {
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;
  private static final long MOST_IMAGES = 65_535;

  private final long xBytes;
  private final long yBytes;
  private final long batch;
  private final long batches;
  private final Convolution full;
  private final @Nullable Convolution rest;

  /**
   * Prepares it.
   *
   * @param device where
   * @param g geometry
   * @param images how many
   * @param xDistance elements from one image to the next
   * @param yDistance elements from one result to the next
   * @param passes what will be computed
   */
  ImageBatches(
      Device device, Geometry g, long images, long xDistance, long yDistance, Set<Pass> passes) {
    this.xBytes = xDistance * Float.BYTES;
    this.yBytes = yDistance * Float.BYTES;
    long padded = g.channels() * g.padded().elements();
    long largest = Math.max(padded, Math.max(xDistance, yDistance));
    long most = Math.min(MOST_IMAGES, MOST_ELEMENTS / Math.max(1, largest));
    batch = Math.max(1, Math.min(images, most));
    batches = images / batch;
    // A distance between images is not looked at where there is only one.
    long x = batch == 1 ? g.imageElements() : xDistance;
    long y = batch == 1 ? g.outputElements() : yDistance;
    full = new Convolution(device, g, batch, x, y, passes);
    long left = images % batch;
    rest = left == 0 ? null : new Convolution(device, g, left, x, y, passes);
  }

  /** Bytes of workspace that any pass needs. */
  long workspaceBytes() {
    return Math.max(full.workspaceBytes(), rest == null ? 0 : rest.workspaceBytes());
  }

  /** The algorithms of the passes in order, for people. */
  String algorithms() {
    return full.algorithms();
  }

  private interface Work {
    void run(Convolution c, long x, long y, boolean first);
  }

  private void each(long x, long y, Work work) {
    for (long i = 0; i < batches; i++) {
      work.run(full, x + i * batch * xBytes, y + i * batch * yBytes, i == 0);
    }
    if (rest != null) {
      work.run(rest, x + batches * batch * xBytes, y + batches * batch * yBytes, false);
    }
  }

  /** {@code y = x * w}, or {@code y += x * w}. */
  void forward(long x, long w, long y, boolean add, long workspace) {
    each(x, y, (c, xs, ys, first) -> c.forward(xs, w, ys, add, workspace));
  }

  /** {@code dx = } (or {@code +=}) the gradient of x for dy. */
  void backwardData(long dy, long w, long dx, boolean add, long workspace) {
    each(dx, dy, (c, xs, ys, first) -> c.backwardData(ys, w, xs, add, workspace));
  }

  /** {@code dw = } the gradient of w for x and dy. */
  void backwardFilter(long x, long dy, long dw, long workspace) {
    each(x, dy, (c, xs, ys, first) -> c.backwardFilter(xs, ys, dw, !first, workspace));
  }

  @Override
  public void close() {
    Closing.all(full, rest);
  }
}
