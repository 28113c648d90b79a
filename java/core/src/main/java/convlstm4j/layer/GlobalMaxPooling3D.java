package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalMaxPooling3D}: the maximum over all 3 spatial axes. Output {@code [N, C]},
 * or with spatial axes of size 1 if they are kept.
 */
public final class GlobalMaxPooling3D extends GlobalPooling<GlobalMaxPooling3D> {
  /** A layer. */
  public GlobalMaxPooling3D() {
    super(Pool.Mode.MAX, 3);
  }

  static GlobalMaxPooling3D fromConfig(Config c) {
    return new GlobalMaxPooling3D().read(c);
  }
}
