package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Weights of the positions of an output that comes with a mask: only those that count have some.
 */
public final class MaskedWeights {
  /** Keras's {@code backend.epsilon()}, which its count of what counts has on top. */
  private static final double EPSILON = 1e-7;

  private MaskedWeights() {}

  /**
   * As Keras's {@code apply_mask} (keras/src/losses/loss.py): a loss that is divided by the number
   * of positions is divided by the number of those that count.
   *
   * @param g where ops go
   * @param loss what the weights are for
   * @param weights of the positions
   * @param mask not 0 where a position counts
   * @return the weights to use
   * @throws ShapeException if the mask is not one of the positions
   */
  public static Value of(Lowering g, Loss loss, Value weights, Value mask) {
    if (mask.shape().rank() != weights.shape().rank()) {
      throw new ShapeException(
          "loss "
              + loss.name()
              + ": the output comes with a mask of shape "
              + mask.shape()
              + ", expected "
              + weights.shape()
              + "; end the mask before, as by an Operation");
    }
    Formula counts = Formula.constant(1).minus(Formula.input(0).equal(Formula.constant(0)));
    Value counting = g.op(new Pointwise(counts, 1), mask);
    Formula product = Formula.input(0).times(Formula.input(1));
    if (loss instanceof ReducedLoss) {
      return g.op(new Pointwise(product, 2), weights, counting);
    }
    List<Integer> all = IntStream.range(0, mask.shape().rank()).boxed().toList();
    Value sum = g.op(new Reduce(Reduce.Mode.SUM, all), counting);
    Formula scaled =
        product.times(
            Formula.constant((double) mask.shape().elements())
                .over(Formula.input(2).plus(EPSILON)));
    return g.op(new Pointwise(scaled, 3), weights, counting, sum);
  }
}
