package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Normally distributed random numbers. Input {@code x}, of which only the shape counts; output
 * {@code y} of the same shape. Element i (row-major) is number i of the run's {@code random} stream
 * (Box and Muller 1958). There is no gradient.
 *
 * @param mean finite
 * @param deviation at least 0 and finite
 */
public record Noise(double mean, double deviation) implements Op {
  public Noise {
    Checks.that(
        Double.isFinite(mean) && deviation >= 0 && Double.isFinite(deviation),
        "Noise: mean=" + mean + ", deviation=" + deviation + ", expected finite, deviation >= 0");
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.local(this, input, axis, axis);
  }

  @Override
  public Optional<Shape> drawn(List<Shape> inputs) {
    return Optional.of(inputs.get(0));
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return List.of(inputs.get(0));
  }
}
