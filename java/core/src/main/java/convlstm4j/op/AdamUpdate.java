package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * One step of Adam (Kingma and Ba 2015, arXiv:1412.6980, the "epsilon hat" form that Keras uses) on
 * {@code count} weights at once: {@code m += (g-m)(1-beta1); v += (g^2-v)(1-beta2); w -= alpha m /
 * (sqrt(v) + epsilon)}, {@code alpha = rate sqrt(1-beta2^t) / (1-beta1^t)}. Nothing changes unless
 * the guard is finite. Inputs: {@code rate [2]} = (rate, alpha), {@code guard [1]}, then the groups
 * {@code w0.., g0.., m0.., v0..}; outputs {@code w0.., m0.., v0..}, which may share memory with the
 * inputs of the same name.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the square root
 * @param weightDecay decoupled decay (AdamW, Loshchilov and Hutter 2019, arXiv:1711.05101): {@code
 *     w -= rate weightDecay w} first; 0 for none
 * @param count number of weights
 */
public record AdamUpdate(double beta1, double beta2, double epsilon, double weightDecay, int count)
    implements Op {
  @Override
  public List<String> inputNames() {
    return Updates.names(Updates.SINGLE, List.of("w", "g", "m", "v"), count);
  }

  @Override
  public List<String> outputNames() {
    return Updates.names(List.of(), List.of("w", "m", "v"), count);
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    return Updates.outputs(this, inputs, count, 3);
  }
}
