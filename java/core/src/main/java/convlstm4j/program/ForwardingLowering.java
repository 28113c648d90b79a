package convlstm4j.program;

import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/** A lowering into another one, under conditions of its own. */
public abstract class ForwardingLowering implements Lowering {
  private final Lowering g;

  /**
   * A lowering.
   *
   * @param g where ops go
   */
  protected ForwardingLowering(Lowering g) {
    this.g = g;
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
  public final List<Value> ops(Op op, List<Value> inputs) {
    return g.ops(op, inputs);
  }

  @Override
  public final Value reshape(Value value, Shape shape) {
    return g.reshape(value, shape);
  }

  @Override
  public final Value zeros(Shape shape) {
    return g.zeros(shape);
  }

  @Override
  public final Value parameter(Parameter parameter) {
    return g.parameter(parameter);
  }

  @Override
  public final Value state(State state, Shape shape) {
    return g.state(state, shape);
  }

  @Override
  public final void assign(Parameter parameter, Value newValue) {
    g.assign(parameter, newValue);
  }

  @Override
  public final void assign(State state, Value newValue) {
    g.assign(state, newValue);
  }

  @Override
  public final void enter(String layer) {
    g.enter(layer);
  }

  @Override
  public final void leave() {
    g.leave();
  }

  @Override
  public final void unrolled() {
    g.unrolled();
  }

  @Override
  public final void penalty(Value value) {
    g.penalty(value);
  }
}
