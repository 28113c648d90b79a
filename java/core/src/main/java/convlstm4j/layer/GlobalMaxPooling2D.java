package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalMaxPooling2D}: the maximum over all 2 spatial axes. Output {@code [N, C]},
 * or with spatial axes of size 1 if they are kept.
 */
public final class GlobalMaxPooling2D extends GlobalPooling<GlobalMaxPooling2D> {
  /** A layer. */
  public GlobalMaxPooling2D() {
    super(Pool.Mode.MAX, 2);
  }

  static GlobalMaxPooling2D fromConfig(Config c) {
    return new GlobalMaxPooling2D().read(c);
  }
}
