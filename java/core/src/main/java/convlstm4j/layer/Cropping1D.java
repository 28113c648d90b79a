package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code Cropping1D}: {@code [N, T, C]} with less at the edges, channels first likewise.
 */
public final class Cropping1D extends Framing<Cropping1D> {
  /**
   * A layer.
   *
   * @param cropping steps, each at least 0: one for all edges, or two for each axis: before and
   *     after
   * @throws IllegalArgumentException if it is another number of values, or one is negative
   */
  public Cropping1D(int... cropping) {
    super("cropping", -1, 1, cropping);
  }

  static Cropping1D fromConfig(Config c) {
    return new Cropping1D(pixels(c, "cropping")).dataFormat(c.dataFormat("data_format"));
  }
}
