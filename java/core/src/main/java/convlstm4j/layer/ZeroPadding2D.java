package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code ZeroPadding2D}: {@code [N, H, W, C]} with zeros at the edges, channels first
 * likewise.
 */
public final class ZeroPadding2D extends Framing<ZeroPadding2D> {
  /**
   * A layer.
   *
   * @param padding pixels, each at least 0: one for all edges, one for each axis, or two for each:
   *     before and after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public ZeroPadding2D(int... padding) {
    super("padding", 1, 2, padding);
  }

  static ZeroPadding2D fromConfig(Config c) {
    return new ZeroPadding2D(pixels(c, "padding")).dataFormat(c.dataFormat("data_format"));
  }
}
