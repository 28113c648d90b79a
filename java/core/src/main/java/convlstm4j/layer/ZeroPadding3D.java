package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code ZeroPadding3D}: {@code [N, D, H, W, C]} with zeros at the edges, channels first
 * likewise.
 */
public final class ZeroPadding3D extends Framing<ZeroPadding3D> {
  /**
   * A layer.
   *
   * @param padding pixels, each at least 0: one for all edges, one for each axis, or two for each:
   *     before and after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public ZeroPadding3D(int... padding) {
    super("padding", 1, 3, padding);
  }

  static ZeroPadding3D fromConfig(Config c) {
    return new ZeroPadding3D(pixels(c, "padding")).dataFormat(c.dataFormat("data_format"));
  }
}
