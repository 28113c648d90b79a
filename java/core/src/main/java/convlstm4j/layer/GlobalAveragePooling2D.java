package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalAveragePooling2D}: the mean over all 2 spatial axes. Output {@code [N, C]},
 * or with spatial axes of size 1 if they are kept.
 */
public final class GlobalAveragePooling2D extends GlobalPooling<GlobalAveragePooling2D> {
  /** A layer. */
  public GlobalAveragePooling2D() {
    super(Pool.Mode.AVERAGE, 2);
  }

  static GlobalAveragePooling2D fromConfig(Config c) {
    return new GlobalAveragePooling2D().read(c);
  }
}
