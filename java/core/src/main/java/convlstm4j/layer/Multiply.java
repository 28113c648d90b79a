package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Merge;

/** Keras's {@code Multiply}: the product of two or more inputs, broadcast to one shape. */
public final class Multiply extends Merging<Multiply> {
  /** A layer. */
  public Multiply() {
    super(Merge.Mode.MULTIPLY);
  }

  static Multiply fromConfig(Config c) {
    return new Multiply();
  }
}
