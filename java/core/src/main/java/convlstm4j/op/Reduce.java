package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums along axes, which keep a size of 1. Input {@code x}; output {@code y}. Gradients: {@code
 * dx_i = dy} of the sum that x_i is in, divided by the number of terms where it is a mean.
 *
 * @param mode sum or mean
 * @param axes along which, from 0, ascending
 */
public record Reduce(Mode mode, List<Integer> axes) implements Op {
  /** What is made of the elements along the axes. */
  public enum Mode {
    /** Their sum. */
    SUM,
    /** Their sum, divided by their number. */
    MEAN
  }

  public Reduce {
    axes = List.copyOf(axes);
    for (int i = 0; i < axes.size(); i++) {
      Checks.that(
          axes.get(i) >= (i == 0 ? 0 : axes.get(i - 1) + 1),
          "Reduce: axes " + axes + ", expected some from 0, ascending, none twice");
    }
    Checks.that(!axes.isEmpty(), "Reduce: no axes, expected at least one");
  }

  /**
   * The axes along which nothing is summed.
   *
   * @param rank of x
   * @return in ascending order
   */
  public List<Integer> kept(int rank) {
    return IntStream.range(0, rank).filter(d -> !axes.contains(d)).boxed().toList();
  }

  /**
   * What a sum is multiplied by.
   *
   * @param x shape of the input, known
   * @return 1, or 1 over the number of terms
   */
  public double scale(Shape x) {
    long terms = axes.stream().mapToLong(x::dim).reduce(1, Math::multiplyExact);
    return mode == Mode.MEAN ? 1.0 / terms : 1;
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axes.contains(axis)
        ? Along.whole(this, "adds up along it")
        : Along.local(this, input, axis, axis);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape y = inputs.get(0);
    for (int axis : axes) {
      Checks.that(axis < y.rank(), "Reduce: axes " + axes + " of x of shape " + y);
      y = y.with(axis, 1);
    }
    return List.of(y);
  }
}
