package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Standardize;
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
   * @param weighted along which gamma and beta have numbers of their own
   * @param weights shape of gamma and beta
   */
  final Value standardized(
      Lowering g, Value x, List<Integer> axes, List<Integer> weighted, Shape weights) {
    Standardize op = new Standardize(axes, weighted, epsilon(), center(), scale());
    Shape seen = op.parameterShape(x.shape());
    List<Value> inputs = new ArrayList<>(List.of(x));
    if (scale()) {
      inputs.add(g.reshape(gamma(g, weights), seen));
    }
    if (center()) {
      inputs.add(g.reshape(beta(g, weights), seen));
    }
    return g.ops(op, inputs).get(0);
  }

  private static Value centred(Lowering g, Value x, List<Integer> axes) {
    Formula difference = Formula.input(0).minus(Formula.input(1));
    return g.op(new Pointwise(difference, 2), x, g.op(new Reduce(Reduce.Mode.MEAN, axes), x));
  }

  private static Value variance(Lowering g, Value centred, List<Integer> axes) {
    Value squares = g.op(new Pointwise(Formula.input(0).square(), 1), centred);
    return g.op(new Reduce(Reduce.Mode.MEAN, axes), squares);
  }

  /** Divides by the deviation, and multiplies by gamma whatever the options say, as Keras does. */
  final Value scaledAlone(Lowering g, Value x, List<Integer> axes, Shape weights, Shape seen) {
    Value variance = variance(g, centred(g, x, axes), axes);
    Formula deviation = Formula.input(1).plus(epsilon()).sqrt();
    Formula y = Formula.input(0).over(deviation).times(Formula.input(2));
    return g.op(new Pointwise(y, 3), x, variance, g.reshape(gamma(g, weights), seen));
  }

  final void putOptions(Map<String, Object> c) {
    putScaling(c);
    putRegularizers(c);
    c.put("beta_constraint", null);
    c.put("gamma_constraint", null);
  }
}
