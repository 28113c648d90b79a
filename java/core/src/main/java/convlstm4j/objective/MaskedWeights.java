package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Weights of the positions of an output that comes with a mask: only those that count have some.
 */
public final class MaskedWeights {
  /** Keras's {@code backend.epsilon()}, which its count of what counts has on top. */
  private static final double EPSILON = 1e-7;

  private static final Formula COUNTS =
      Formula.constant(1).minus(Formula.input(0).equal(Formula.constant(0)));

  private static final Formula PRODUCT = Formula.input(0).times(Formula.input(1));

  private MaskedWeights() {}

  /**
   * Weights of the positions that count, 0 of the others: those of metrics.
   *
   * @param g where ops go
   * @param prediction the output
   * @param weights of the positions; empty where each is 1
   * @param mask not 0 where a position counts
   * @return of the positions' shape
   */
  public static Value counted(Lowering g, Value prediction, Optional<Value> weights, Value mask) {
    Shape positions = prediction.shape().without(-1);
    Value counting = g.op(new Pointwise(COUNTS, 1), mask);
    return weights
        .map(w -> g.op(new Pointwise(PRODUCT, 2), w, counting))
        .orElseGet(() -> broadcast(g, counting, positions));
  }

  /**
   * As Keras's {@code apply_mask} (keras/src/losses/loss.py): a loss that is divided by the number
   * of positions is divided by the number of those that count.
   *
   * @param g where ops go
   * @param loss what the weights are for
   * @param prediction the output
   * @param weights of the positions; empty where each is 1
   * @param mask not 0 where a position counts
   * @return the weights to use
   * @throws ShapeException if the mask is not one of the positions
   */
  public static Value of(
      Lowering g, Loss loss, Value prediction, Optional<Value> weights, Value mask) {
    Shape positions = prediction.shape().without(-1);
    if (mask.shape().rank() != positions.rank()) {
      throw new ShapeException(
          "loss "
              + loss.name()
              + ": the output comes with a mask of shape "
              + mask.shape()
              + ", expected "
              + positions
              + "; end the mask before, as by an Operation");
    }
    Value weighted = counted(g, prediction, weights, mask);
    if (loss instanceof ReducedLoss) {
      return weighted;
    }
    Value counting = g.op(new Pointwise(COUNTS, 1), mask);
    List<Integer> all = IntStream.range(0, mask.shape().rank()).boxed().toList();
    Value sum = g.op(new Reduce(Reduce.Mode.SUM, all), counting);
    Formula scaled =
        Formula.input(0)
            .times(
                Formula.constant((double) mask.shape().elements())
                    .over(Formula.input(1).plus(EPSILON)));
    return g.op(new Pointwise(scaled, 2), weighted, sum);
  }

  private static Value broadcast(Lowering g, Value counting, Shape positions) {
    return counting.shape().equals(positions)
        ? counting
        : g.op(
            new Pointwise(Formula.input(0).plus(Formula.input(1)), 2),
            counting,
            g.zeros(positions));
  }
}
