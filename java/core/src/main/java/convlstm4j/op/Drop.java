package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Inverted dropout in training: an element is dropped with probability {@code rate}, kept ones are
 * divided by {@code 1 - rate}. Input {@code x}, output {@code y} of the same shape. The decision
 * for an element is number (row-major index among {@code noiseShape}) of the run's {@code random}
 * stream.
 *
 * @param rate probability of dropping, at least 0 and below 1
 * @param noiseShape shape of the mask, of the rank of x: a size of 1 shares the decision along that
 *     axis; empty for one decision per element
 */
public record Drop(double rate, List<Long> noiseShape) implements Op {
  public Drop {
    noiseShape = List.copyOf(noiseShape);
    Checks.rate("rate", rate);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.local(this, input, axis, axis);
  }

  @Override
  public Drop stretched(int axis) {
    if (noiseShape.isEmpty() || noiseShape.get(axis) == 1) {
      return this;
    }
    List<Long> some = new ArrayList<>(noiseShape);
    some.set(axis, Shape.UNKNOWN);
    return new Drop(rate, some);
  }

  @Override
  public Optional<Shape> drawn(List<Shape> inputs) {
    Shape x = inputs.get(0);
    if (noiseShape.isEmpty()) {
      return Optional.of(x);
    }
    return Optional.of(
        Shape.of(
            IntStream.range(0, x.rank())
                .mapToLong(d -> noiseShape.get(d) == 1 ? 1 : x.dim(d))
                .toArray()));
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    if (!noiseShape.isEmpty()) {
      Checks.rank(this, "x", x, noiseShape.size(), "that of noise_shape " + noiseShape);
      for (int i = 0; i < x.rank(); i++) {
        long n = noiseShape.get(i);
        Checks.that(
            n == 1 || n == Shape.UNKNOWN || x.dim(i) == Shape.UNKNOWN || n == x.dim(i),
            "noise_shape=" + noiseShape + " does not fit x of shape " + x);
      }
    }
    return List.of(x);
  }
}
