package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code AveragePooling3D}: the mean of every window. Input {@code [N, D, H, W, C]}, or
 * {@code [N, C, D, H, W]} with channels first. Padding does not count.
 */
public final class AveragePooling3D extends Pooling<AveragePooling3D> {
  /**
   * A layer whose strides are the window's sizes.
   *
   * @param poolSize 3 sizes in pixels, or one for all axes; each at least 1
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public AveragePooling3D(int... poolSize) {
    super(Pool.Mode.AVERAGE, 3, poolSize);
  }

  static AveragePooling3D fromConfig(Config c) {
    return new AveragePooling3D(poolSize(c, 3)).read(c);
  }
}
