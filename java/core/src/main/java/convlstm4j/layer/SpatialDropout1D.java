package convlstm4j.layer;

import convlstm4j.config.Config;

/** Keras's {@code SpatialDropout1D}: drops whole channels of {@code [N, T, C]} in training. */
public final class SpatialDropout1D extends SpatialDropout<SpatialDropout1D> {
  /**
   * A layer.
   *
   * @param rate probability of dropping a channel, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public SpatialDropout1D(double rate) {
    super(1, rate);
  }

  static SpatialDropout1D fromConfig(Config c) {
    return new SpatialDropout1D(c.real("rate", 0));
  }
}
