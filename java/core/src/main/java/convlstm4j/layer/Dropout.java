package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Drop;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;

/**
 * Keras's {@code Dropout} (Srivastava et al. 2014): in training, zeros with probability {@code
 * rate} and the rest divided by {@code 1 - rate}; at inference the input itself.
 */
public final class Dropout extends Dropping<Dropout> {
  /**
   * A layer.
   *
   * @param rate probability of dropping, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public Dropout(double rate) {
    super(rate);
  }

  @Override
  Value dropped(Lowering g, Value x, double rate, Drop drop) {
    return g.op(drop, x);
  }

  static Dropout fromConfig(Config c) {
    return new Dropout(c.real("rate", 0)).noiseShape(c.dims("noise_shape"));
  }
}
