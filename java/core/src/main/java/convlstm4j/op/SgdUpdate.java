package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * One step of stochastic gradient descent on {@code count} weights at once, Keras's form: {@code m
 * = momentum m - rate g; w += m}, with Nesterov {@code w += momentum m - rate g}; without momentum
 * {@code w -= rate g}. Nothing changes unless the guard is finite. Inputs: {@code rate [1], guard
 * [1]}, then the groups {@code w0.., g0..} and, with momentum above 0, {@code m0..}; outputs {@code
 * w0..} and {@code m0..}, which may share memory with the inputs of the same name.
 *
 * @param momentum at least 0
 * @param nesterov whether Nesterov's form is used
 * @param weightDecay decoupled decay: {@code w -= rate weightDecay w} first; 0 for none
 * @param count number of weights
 */
public record SgdUpdate(double momentum, boolean nesterov, double weightDecay, int count)
    implements Op {
  @Override
  public List<String> inputNames() {
    return Updates.names(
        Updates.SINGLE, momentum > 0 ? List.of("w", "g", "m") : List.of("w", "g"), count);
  }

  @Override
  public List<String> outputNames() {
    return Updates.names(List.of(), momentum > 0 ? List.of("w", "m") : List.of("w"), count);
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    return Updates.outputs(this, inputs, count, momentum > 0 ? 2 : 1);
  }
}
