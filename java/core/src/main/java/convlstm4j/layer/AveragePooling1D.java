package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code AveragePooling1D}: the mean of every window of steps. Input {@code [N, T, C]}, or
 * {@code [N, C, T]} with channels first. Padding never counts.
 */
public final class AveragePooling1D extends Pooling<AveragePooling1D> {
  /**
   * A layer whose stride is the window's size.
   *
   * @param poolSize steps, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public AveragePooling1D(int poolSize) {
    super(Pool.Mode.AVERAGE, 1, poolSize);
  }

  static AveragePooling1D fromConfig(Config c) {
    return new AveragePooling1D(poolSize(c, 1)[0]).read(c);
  }
}
