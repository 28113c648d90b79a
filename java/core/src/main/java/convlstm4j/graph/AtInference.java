package convlstm4j.graph;

import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * The lowering of a call that runs as at inference in training too.
 *
 * @param g where ops go
 */
record AtInference(Lowering g) implements Lowering {
  @Override
  public boolean training() {
    return false;
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
