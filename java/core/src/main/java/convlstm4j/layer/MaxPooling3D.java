package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code MaxPooling3D}: the maximum of every window. Input {@code [N, D, H, W, C]}, or
 * {@code [N, C, D, H, W]} with channels first. Padding never wins.
 */
public final class MaxPooling3D extends Pooling<MaxPooling3D> {
  /**
   * A layer whose strides are the window's sizes.
   *
   * @param poolSize 3 sizes in pixels, or one for all axes; each at least 1
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public MaxPooling3D(int... poolSize) {
    super(Pool.Mode.MAX, 3, poolSize);
  }

  static MaxPooling3D fromConfig(Config c) {
    return new MaxPooling3D(poolSize(c, 3)).read(c);
  }
}
