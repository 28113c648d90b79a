package convlstm4j.optim;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Assign;
import convlstm4j.op.Op;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.option.Constraint;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings a weight back to where its {@link Constraint} wants it. */
final class Constraints implements AutoCloseable {
  private static final double EPSILON = 1e-7;

  /** So large a norm is no infinity yet, of which the next weight would be NaN. */
  private static final double MOST_NORM = 1e38;

  private final Runner runner;
  private final Shape shape;
  private final Shape normed;
  private final List<Plan> plans = new ArrayList<>();

  /** Null where norms do not matter. */
  private @Nullable Plan square;

  private @Nullable Plan sum;
  private Plan next;
  private Plan assign;

  Constraints(Constraint constraint, Shape shape, Runner runner) {
    this.runner = runner;
    this.shape = shape;
    Formula w = Formula.input(0);
    try {
      if (constraint.kind() == Constraint.Kind.NON_NEG) {
        normed = shape;
        Formula none = Formula.constant(0);
        Formula isBelow = Formula.of(Function.LESS, w, none);
        next = planned(new Pointwise(isBelow.where(none, w), 1), shape);
      } else {
        Reduce sums = new Reduce(Reduce.Mode.SUM, constraint.axesOf(shape));
        normed = sums.outputShapes(List.of(shape)).get(0);
        square = planned(new Pointwise(w.square(), 1), shape);
        sum = planned(sums, shape);
        next =
            planned(new Pointwise(w.times(scale(constraint, Formula.input(1))), 2), shape, normed);
      }
      assign = planned(new Assign(1), Shape.of(1), shape, shape);
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  private Plan planned(Op op, Shape... inputs) {
    Plan plan = runner.plan(op, List.of(inputs));
    plans.add(plan);
    return plan;
  }

  /** The factor of what has a norm, given the norm's square. */
  private static Formula scale(Constraint c, Formula squares) {
    Formula norm = squares.sqrt().min(Formula.constant(MOST_NORM));
    Formula limited =
        norm.max(Formula.constant(c.least())).min(Formula.constant(c.most())).times(c.rate());
    return limited.plus(norm.times(1 - c.rate())).over(norm.plus(EPSILON));
  }

  /**
   * Changes the weight.
   *
   * @param guard one number; nothing changes unless it is finite
   */
  void apply(Buffer weight, Buffer guard) {
    try (Buffer after = runner.memory().allocateUnset(runner.dtype(), shape)) {
      if (square == null || sum == null) {
        runner.run(next, List.of(weight), List.of(after));
      } else {
        try (Buffer sums = runner.memory().allocateUnset(runner.dtype(), normed);
            Buffer squares = runner.memory().allocateUnset(runner.dtype(), shape)) {
          runner.run(square, List.of(weight), List.of(squares));
          runner.run(sum, List.of(squares), List.of(sums));
          runner.run(next, List.of(weight, sums), List.of(after));
        }
      }
      runner.run(assign, List.of(guard, weight, after), List.of(weight));
    }
  }

  @Override
  public void close() {
    List<Plan> all = List.copyOf(plans);
    plans.clear();
    Closing.all(all);
  }
}
