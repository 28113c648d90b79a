package convlstm4j.layer;

import convlstm4j.config.Config;

/**
 * Keras's {@code GlobalAveragePooling2D}: the mean over all 2 spatial axes. Output {@code [N, C]},
 * or with spatial axes of size 1 if they are kept.
 */
public final class GlobalAveragePooling2D extends GlobalPooling<GlobalAveragePooling2D> {
  /** A layer. */
  public GlobalAveragePooling2D() {
    super(2);
  }

  static GlobalAveragePooling2D fromConfig(Config c) {
    return new GlobalAveragePooling2D().read(c);
  }
}
