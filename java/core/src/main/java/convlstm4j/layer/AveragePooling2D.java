package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code AveragePooling2D}: the mean of every window. Input {@code [N, H, W, C]}, or {@code
 * [N, C, H, W]} with channels first. Padding does not count.
 */
public final class AveragePooling2D extends Pooling<AveragePooling2D> {
  /**
   * A layer whose strides are the window's sizes.
   *
   * @param poolSize 2 sizes in pixels, or one for all axes; each at least 1
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public AveragePooling2D(int... poolSize) {
    super(Pool.Mode.AVERAGE, 2, poolSize);
  }

  static AveragePooling2D fromConfig(Config c) {
    return new AveragePooling2D(poolSize(c, 2)).read(c);
  }
}
