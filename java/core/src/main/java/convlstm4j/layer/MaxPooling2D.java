package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code MaxPooling2D}: the maximum of every window. Input {@code [N, H, W, C]}, or {@code
 * [N, C, H, W]} with channels first. Padding never wins.
 */
public final class MaxPooling2D extends Pooling<MaxPooling2D> {
  /**
   * A layer whose strides are the window's sizes.
   *
   * @param poolSize 2 sizes in pixels, or one for all axes; each at least 1
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public MaxPooling2D(int... poolSize) {
    super(Pool.Mode.MAX, 2, poolSize);
  }

  static MaxPooling2D fromConfig(Config c) {
    return new MaxPooling2D(poolSize(c, 2)).read(c);
  }
}
