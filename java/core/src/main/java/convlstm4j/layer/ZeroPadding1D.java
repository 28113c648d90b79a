package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code ZeroPadding1D}: {@code [N, T, C]} with zeros at the edges, channels first
 * likewise.
 */
public final class ZeroPadding1D extends Framing<ZeroPadding1D> {
  /**
   * A layer.
   *
   * @param padding steps, each at least 0: one for all edges, or two for each axis: before and
   *     after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public ZeroPadding1D(int... padding) {
    super("padding", 1, 1, padding);
  }

  static ZeroPadding1D fromConfig(Config c) {
    return new ZeroPadding1D(pixels(c, "padding")).dataFormat(c.dataFormat("data_format"));
  }
}
