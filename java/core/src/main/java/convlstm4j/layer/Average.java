package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Merge;

/** Keras's {@code Average}: the mean of two or more inputs, broadcast to one shape. */
public final class Average extends Merging<Average> {
  /** A layer. */
  public Average() {
    super(Merge.Mode.AVERAGE);
  }

  static Average fromConfig(Config c) {
    return new Average();
  }
}
