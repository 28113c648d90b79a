package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pool;

/**
 * Keras's {@code GlobalMaxPooling1D}: the maximum over all steps. Output {@code [N, C]}, or with an
 * axis of size 1 if it is kept.
 */
public final class GlobalMaxPooling1D extends GlobalPooling<GlobalMaxPooling1D> {
  /** A layer. */
  public GlobalMaxPooling1D() {
    super(Pool.Mode.MAX, 1);
  }

  static GlobalMaxPooling1D fromConfig(Config c) {
    return new GlobalMaxPooling1D().read(c);
  }
}
