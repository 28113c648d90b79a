package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Axes of an array other than the batch, the first one. */
public final class SampleAxes {
  private SampleAxes() {}

  /**
   * Checks axes before the input's shape is known.
   *
   * @param axes counted with the batch; negative from the end
   * @return a copy
   * @throws IllegalArgumentException if there is no axis, or one is 0, the batch
   */
  public static List<Integer> checked(List<Integer> axes) {
    if (axes.isEmpty() || axes.contains(0)) {
      throw new IllegalArgumentException("expected one or more axes other than the batch, 0");
    }
    return List.copyOf(axes);
  }

  /**
   * Resolves negative axes.
   *
   * @param axes counted with the batch; negative from the end
   * @param x shape of the input
   * @return the same axes counted from the front, in their order
   * @throws ShapeException if one is the batch, is not there or is there twice
   */
  public static List<Integer> resolved(List<Integer> axes, Shape x) {
    Set<Integer> resolved = new LinkedHashSet<>();
    for (int a : axes) {
      if (a >= x.rank() || a <= -x.rank() || a == 0 || !resolved.add(x.axis(a))) {
        throw new ShapeException(
            "axis="
                + axes
                + " of input of shape "
                + x
                + ": expected different axes from 1 to "
                + (x.rank() - 1)
                + ", or negative ones counted from the end");
      }
    }
    return List.copyOf(resolved);
  }
}
