package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Cropping2D}: {@code [N, H, W, C]} with less at the edges, channels first likewise.
 */
public final class Cropping2D extends Framing<Cropping2D> {
  /**
   * A layer.
   *
   * @param cropping pixels, each at least 0: one for all edges, one for each axis, or two for each:
   *     before and after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public Cropping2D(int... cropping) {
    super("cropping", -1, 2, cropping);
  }

  static Cropping2D fromConfig(Config c) {
    return new Cropping2D(pixels(c, "cropping")).dataFormat(c.dataFormat("data_format"));
  }
}
