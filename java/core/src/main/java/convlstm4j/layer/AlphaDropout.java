package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Drop;
import convlstm4j.op.Pointwise;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code AlphaDropout} (Klambauer et al. 2017, arXiv:1706.02515): in training, dropped
 * elements take the value that selu saturates at, and all are moved so that mean and variance stay
 * 0 and 1; at inference the input itself.
 */
public final class AlphaDropout extends KerasLayer<AlphaDropout> {
  /** What selu of minus infinity is. */
  private static final double SATURATED = -1.6732632423543772 * 1.0507009873554805;

  private final double rate;
  private List<Long> noiseShape = List.of();

  /**
   * A layer.
   *
   * @param rate probability of dropping, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public AlphaDropout(double rate) {
    this.rate = rate("rate", rate);
  }

  /**
   * Sets along which axes a decision is shared.
   *
   * @param values one size per axis, the batch included: 1 shares along that axis, {@link
   *     Input#ANY} takes the input's size; default: no sharing
   * @return this layer
   * @throws IllegalArgumentException if a size is neither positive nor {@link Input#ANY}
   */
  public AlphaDropout noiseShape(long... values) {
    List<Long> checked = Dropout.checkedNoiseShape(label(), values);
    return set(() -> noiseShape = checked);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (!g.training() || rate == 0) {
      return List.of(x);
    }
    double a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED * SATURATED));
    double b = -a * SATURATED * rate;
    Value ones = g.op(new Pointwise(Formula.constant(1), 1), x);
    Value kept = g.op(new Drop(rate, noiseShape), ones); // 0, or 1 / (1 - rate)
    Formula dropped = Formula.constant(SATURATED);
    Formula chosen = Formula.input(1).less(Formula.constant(0.5)).where(dropped, Formula.input(0));
    return List.of(g.op(new Pointwise(chosen.times(a).plus(b), 2), x, kept));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    List<Object> shape = new ArrayList<>();
    noiseShape.forEach(d -> shape.add(d == Shape.UNKNOWN ? null : d));
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("rate", rate);
    c.put("noise_shape", noiseShape.isEmpty() ? null : shape);
    return c;
  }

  static AlphaDropout fromConfig(Config c) {
    return new AlphaDropout(c.real("rate", 0)).noiseShape(c.dims("noise_shape"));
  }
}
