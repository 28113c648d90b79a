package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalAveragePooling3D}: the mean over all 3 spatial axes. Output {@code [N, C]},
 * or with spatial axes of size 1 if they are kept.
 */
public final class GlobalAveragePooling3D extends GlobalPooling<GlobalAveragePooling3D> {
  /** A layer. */
  public GlobalAveragePooling3D() {
    super(Pool.Mode.AVERAGE, 3);
  }

  static GlobalAveragePooling3D fromConfig(Config c) {
    return new GlobalAveragePooling3D().read(c);
  }
}
