package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Merge;

/** Keras's {@code Add}: the sum of two or more inputs, broadcast to one shape. */
public final class Add extends Merging<Add> {
  /** A layer. */
  public Add() {
    super(Merge.Mode.SUM);
  }

  static Add fromConfig(Config c) {
    return new Add();
  }
}
