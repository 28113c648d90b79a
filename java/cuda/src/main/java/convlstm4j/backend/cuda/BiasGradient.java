package convlstm4j.backend.cuda;

import convlstm4j.tensor.Shape;
import java.util.List;

/** The sums over images and pixels that the gradient of a bias is; images have channels first. */
final class BiasGradient {
  private final Groups channels;

  BiasGradient(long images, long channels, long pixels) {
    this.channels = new Groups(Shape.of(images, channels, pixels), List.of(1));
  }

  /** Blocks that it can keep busy. */
  long blocks() {
    return channels.work();
  }

  /** Bytes that {@link #add} works in. */
  long workspaceBytes() {
    return channels.partialBytes();
  }

  /** {@code db += } the sums of dy. */
  void add(Device d, long dy, long db, long scratch) {
    channels.sum(d, dy, scratch, 1, true, db);
  }
}
