package convlstm4j.layer;

import convlstm4j.graph.Lowering;
import convlstm4j.graph.Parameter;
import convlstm4j.graph.State;
import convlstm4j.graph.Value;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * The lowering of what is inside a {@link TimeDistributed}, however deep: steps are folded into the
 * batch, which is the same as one step after the other but for batch statistics.
 *
 * @param g where ops go
 * @param steps how many are folded into each sample, or unknown
 */
record StepByStep(Lowering g, long steps) implements Lowering {
  /** Folds T more steps. */
  static StepByStep folding(Lowering g, long t) {
    return g instanceof StepByStep outer
        ? new StepByStep(outer.g, Shape.times(outer.steps, t))
        : new StepByStep(g, t);
  }

  /** Sees {@code [N*T, ..]} as {@code [N, T, ..]}. */
  Value unfold(Value x) {
    Shape s = x.shape();
    boolean known = s.dim(0) != Shape.UNKNOWN && steps != Shape.UNKNOWN;
    long n = known ? s.dim(0) / steps : Shape.UNKNOWN;
    return g.reshape(x, s.from(1).prepend(n, steps));
  }

  @Override
  public boolean training() {
    return g.training();
  }

  @Override
  public boolean penalized() {
    return g.penalized();
  }

  @Override
  public List<Value> ops(Op op, List<Value> inputs) {
    return g.ops(op, inputs);
  }

  @Override
  public Value reshape(Value value, Shape shape) {
    return g.reshape(value, shape);
  }

  @Override
  public Value zeros(Shape shape) {
    return g.zeros(shape);
  }

  @Override
  public Value parameter(Parameter parameter) {
    return g.parameter(parameter);
  }

  @Override
  public Value state(State state, Shape shape) {
    return g.state(state, shape);
  }

  @Override
  public void assign(Parameter parameter, Value newValue) {
    g.assign(parameter, newValue);
  }

  @Override
  public void assign(State state, Value newValue) {
    g.assign(state, newValue);
  }

  @Override
  public void enter(String layer) {
    g.enter(layer);
  }

  @Override
  public void leave() {
    g.leave();
  }

  @Override
  public void penalty(Value value) {
    g.penalty(value);
  }
}
