package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the layers share that normalise each sample by its own mean and variance.
 *
 * @param <S> the layer's own type
 */
public abstract class Standardizing<S extends Standardizing<S>> extends Scaled<S> {
  /** For the layers of this package. */
  Standardizing() {}

  /**
   * Normalises.
   *
   * @param axes along which mean and variance are taken
   * @param weights shape of gamma and beta
   * @param seen the same, with an axis for each of the input's
   */
  final Value standardized(Lowering g, Value x, List<Integer> axes, Shape weights, Shape seen) {
    Formula first = Formula.input(0);
    Reduce mean = new Reduce(Reduce.Mode.MEAN, axes);
    Value centred = g.op(new Pointwise(first.minus(Formula.input(1)), 2), x, g.op(mean, x));
    Value variance = g.op(mean, g.op(new Pointwise(first.square(), 1), centred));
    List<Value> inputs = new ArrayList<>(List.of(centred, variance));
    Formula y = first.over(Formula.input(1).plus(epsilon()).sqrt());
    if (scale()) {
      y = y.times(Formula.input(inputs.size()));
      inputs.add(g.reshape(gamma(g, weights), seen));
    }
    if (center()) {
      y = y.plus(Formula.input(inputs.size()));
      inputs.add(g.reshape(beta(g, weights), seen));
    }
    return g.ops(new Pointwise(y, inputs.size()), inputs).get(0);
  }

  final void putOptions(Map<String, Object> c) {
    putScaling(c);
    putRegularizers(c);
    c.put("beta_constraint", null);
    c.put("gamma_constraint", null);
  }
}
