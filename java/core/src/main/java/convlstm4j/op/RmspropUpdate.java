package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of RMSprop on {@code count} weights at once, Keras 3's form: {@code v = rho v + (1-rho)
 * g^2; d = rate g / sqrt(v + epsilon)} ({@code max(v - a^2, 0)} for v where centered, {@code a =
 * rho a + (1-rho) g}); {@code w -= d}, or with momentum {@code m = momentum m + d; w -= m}. Nothing
 * changes unless the guard is finite. Inputs: {@code rate [1], guard [1]}, then the groups {@code
 * w0.., g0.., v0..}, with momentum above 0 {@code m0..}, centered {@code a0..}; outputs the same
 * groups but g, which may share memory with the inputs of the same name.
 *
 * @param rho decay of the second moment
 * @param momentum at least 0
 * @param epsilon added to the mean square, inside the root
 * @param centered whether the gradient's mean is subtracted
 * @param weightDecay decoupled decay: {@code w -= rate weightDecay w} first; 0 for none
 * @param count number of weights
 */
public record RmspropUpdate(
    double rho, double momentum, double epsilon, boolean centered, double weightDecay, int count)
    implements Op {
  private List<String> groups(boolean gradient) {
    List<String> g = new ArrayList<>(List.of("w"));
    if (gradient) {
      g.add("g");
    }
    g.add("v");
    if (momentum > 0) {
      g.add("m");
    }
    if (centered) {
      g.add("a");
    }
    return g;
  }

  @Override
  public List<String> inputNames() {
    return Updates.names(Updates.SINGLE, groups(true), count);
  }

  @Override
  public List<String> outputNames() {
    return Updates.names(List.of(), groups(false), count);
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    return Updates.outputs(this, inputs, count, groups(false).size());
  }
}
