package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Drop;
import convlstm4j.op.Pointwise;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;

/**
 * Keras's {@code AlphaDropout} (Klambauer et al. 2017, arXiv:1706.02515): in training, dropped
 * elements take the value that selu saturates at, and all are moved so that mean and variance stay
 * 0 and 1; at inference the input itself.
 */
public final class AlphaDropout extends Dropping<AlphaDropout> {
  /**
   * A layer.
   *
   * @param rate probability of dropping, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public AlphaDropout(double rate) {
    super(rate);
  }

  @Override
  Value dropped(Lowering g, Value x, double rate, Drop drop) {
    double least = ActivationFunction.SELU_SATURATED;
    double a = 1 / Math.sqrt((1 - rate) * (1 + rate * least * least));
    double b = -a * least * rate;
    Value ones = g.op(new Pointwise(Formula.constant(1), 1), x);
    Value kept = g.op(drop, ones); // 0, or 1 / (1 - rate)
    Formula isDropped = Formula.input(1).less(Formula.constant(0.5));
    Formula chosen = isDropped.where(Formula.constant(least), Formula.input(0));
    return g.op(new Pointwise(chosen.times(a).plus(b), 2), x, kept);
  }

  static AlphaDropout fromConfig(Config c) {
    return new AlphaDropout(c.real("rate", 0)).noiseShape(c.dims("noise_shape"));
  }
}
