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
    List<Value> scales = scale() ? List.of(g.reshape(gamma(g, weights), seen)) : List.<Value>of();
    List<Value> offsets = center() ? List.of(g.reshape(beta(g, weights), seen)) : List.<Value>of();
    return standardized(g, x, axes, epsilon(), scales, offsets);
  }

  /**
   * Normalises, multiplies and adds.
   *
   * @param axes along which mean and variance are taken
   * @param scales what the result is multiplied by
   * @param offsets what is added then
   */
  static Value standardized(
      Lowering g,
      Value x,
      List<Integer> axes,
      double epsilon,
      List<Value> scales,
      List<Value> offsets) {
    Value centred = centred(g, x, axes);
    List<Value> inputs = new ArrayList<>(List.of(centred, variance(g, centred, axes)));
    Formula y = Formula.input(0).over(Formula.input(1).plus(epsilon).sqrt());
    for (Value scale : scales) {
      y = y.times(Formula.input(inputs.size()));
      inputs.add(scale);
    }
    for (Value offset : offsets) {
      y = y.plus(Formula.input(inputs.size()));
      inputs.add(offset);
    }
    return g.ops(new Pointwise(y, inputs.size()), inputs).get(0);
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
