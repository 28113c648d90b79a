package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Cropping3D}: {@code [N, D, H, W, C]} with less at the edges, channels first
 * likewise.
 */
public final class Cropping3D extends Framing<Cropping3D> {
  /**
   * A layer.
   *
   * @param cropping pixels, each at least 0: one for all edges, one for each axis, or two for each:
   *     before and after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public Cropping3D(int... cropping) {
    super("cropping", -1, 3, cropping);
  }

  static Cropping3D fromConfig(Config c) {
    return new Cropping3D(pixels(c, "cropping")).dataFormat(c.dataFormat("data_format"));
  }
}
