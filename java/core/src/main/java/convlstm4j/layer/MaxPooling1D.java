package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code MaxPooling1D}: the maximum of every window of steps. Input {@code [N, T, C]}, or
 * {@code [N, C, T]} with channels first. Padding never wins.
 */
public final class MaxPooling1D extends Pooling<MaxPooling1D> {
  /**
   * A layer whose stride is the window's size.
   *
   * @param poolSize steps, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public MaxPooling1D(int poolSize) {
    super(Pool.Mode.MAX, 1, poolSize);
  }

  static MaxPooling1D fromConfig(Config c) {
    return new MaxPooling1D(poolSize(c, 1)[0]).read(c);
  }
}
