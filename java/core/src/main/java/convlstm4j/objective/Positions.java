package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reduce.Mode;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes one number of the losses of positions. */
final class Positions {
  private static final Formula PRODUCT = Formula.input(0).times(Formula.input(1));

  private Positions() {}

  /**
   * The mean of losses, times weights where there are any.
   *
   * @param losses of the prediction's rank, of sizes that are the prediction's or 1
   * @param weights of the prediction's shape without its last axis
   * @return {@code [1]}
   */
  static Value mean(Lowering g, Value losses, Optional<Value> weights) {
    List<Integer> all = IntStream.range(0, losses.shape().rank()).boxed().toList();
    Value weighted = weights.map(w -> product(g, losses, w)).orElse(losses);
    return g.reshape(g.op(new Reduce(Mode.MEAN, all), weighted), Shape.of(1));
  }

  private static Value product(Lowering g, Value losses, Value weights) {
    Value column = g.reshape(weights, weights.shape().append(1));
    return g.op(new Pointwise(PRODUCT, 2), losses, column);
  }
}
