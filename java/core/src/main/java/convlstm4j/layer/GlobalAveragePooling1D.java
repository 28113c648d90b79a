package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalAveragePooling1D}: the mean over all steps. Output {@code [N, C]}, or with
 * an axis of size 1 if it is kept.
 */
public final class GlobalAveragePooling1D extends GlobalPooling<GlobalAveragePooling1D> {
  /** A layer. */
  public GlobalAveragePooling1D() {
    super(Pool.Mode.AVERAGE, 1);
  }

  static GlobalAveragePooling1D fromConfig(Config c) {
    return new GlobalAveragePooling1D().read(c);
  }
}
