package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.Collections;
import java.util.List;

/**
 * Joins tensors along an axis. Inputs {@code x0, x1, ..}, equal in every other size; output {@code
 * y}.
 *
 * @param axis along which, not negative
 * @param count number of inputs, at least 1
 */
public record Concat(int axis, int count) implements Op {
  @Override
  public List<String> inputNames() {
    return Names.numbered("x", count);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return axis == this.axis
        ? Along.whole(this, "puts arrays one after the other along it")
        : TimeUse.local(Collections.nCopies(count, axis), List.of(axis));
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape first = inputs.get(0);
    Checks.that(
        axis >= 0 && axis < first.rank(),
        opName() + ": axis " + axis + " of inputs of shape " + first);
    long size = first.dim(axis);
    Shape y = first;
    for (int i = 1; i < count; i++) {
      Shape x = inputs.get(i);
      Checks.fits(
          this,
          "x" + i,
          x,
          y.with(axis, Shape.UNKNOWN),
          "that of the other inputs but for axis " + axis);
      for (int d = 0; d < y.rank(); d++) {
        if (y.dim(d) == Shape.UNKNOWN) {
          y = y.with(d, x.dim(d));
        }
      }
      size = Shape.plus(size, x.dim(axis));
    }
    return List.of(y.with(axis, size));
  }
}
