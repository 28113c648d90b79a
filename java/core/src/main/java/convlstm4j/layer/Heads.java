package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Activate;
import convlstm4j.op.Concat;
import convlstm4j.op.Drop;
import convlstm4j.op.MatMul;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.option.Activation;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** What the layers of attention share: from scores to outputs. */
final class Heads {
  /** What is taken from scores that do not count: far below all others, and finite. */
  private static final double FAR = 1e9;

  private Heads() {}

  /** Of products, what is said of all of them. */
  static Value scaled(Lowering g, Value scores, double factor) {
    return g.op(new Pointwise(Formula.input(0).times(factor), 1), scores);
  }

  /** {@code q k^T} of batches of rows. */
  static Value products(Lowering g, Value q, Value k) {
    return g.op(new MatMul(false, true), q, k);
  }

  /**
   * The share of each value, for each query.
   *
   * @param scores {@code [.., T, S]}
   * @param masks of as many axes, 0 where a score does not count
   */
  static Value shares(Lowering g, Value scores, List<Value> masks) {
    Value counted = scores;
    for (Value mask : masks) {
      Formula masked = Masks.COUNTS_SECOND.where(Formula.input(0), Formula.input(0).minus(FAR));
      counted = g.op(new Pointwise(masked, 2), counted, mask);
    }
    return g.op(new Activate(Activation.SOFTMAX), counted);
  }

  /** Dropout in training. */
  static Value dropped(Lowering g, Value shares, double rate) {
    return g.training() && rate > 0 ? g.op(new Drop(rate, List.of()), shares) : shares;
  }

  /** Sums of values by their shares, in batches of rows. */
  static Value sums(Lowering g, Value shares, Value values) {
    return g.op(new MatMul(false, false), shares, values);
  }

  /**
   * 1 where a value is not later than a query; empty where the sizes are not known yet.
   *
   * @return {@code [1, T, S]}
   */
  static Optional<Value> causal(Lowering g, long queries, long values) {
    if (queries == Shape.UNKNOWN || values == Shape.UNKNOWN) {
      return Optional.empty();
    }
    Value rows = g.reshape(numbers(g, Math.toIntExact(queries)), Shape.of(1, queries, 1));
    Value columns = g.reshape(numbers(g, Math.toIntExact(values)), Shape.of(1, 1, values));
    Formula later = Formula.input(0).less(Formula.input(1));
    return Optional.of(g.op(new Pointwise(Formula.constant(1).minus(later), 2), rows, columns));
  }

  /** 0, 1, .., each half of what there is already and so much more. */
  private static Value numbers(Lowering g, int count) {
    Value all = g.zeros(Shape.of(1));
    int size = 1;
    while (size < count) {
      Value more = g.op(new Pointwise(Formula.input(0).plus(size), 1), all);
      all = g.op(new Concat(0, 2), all, more);
      size *= 2;
    }
    return size == count ? all : g.op(new Pad(List.of(0), List.of(count - size)), all);
  }
}
