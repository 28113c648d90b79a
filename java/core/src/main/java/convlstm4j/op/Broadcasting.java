package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * NumPy's broadcasting among arrays of one rank: along each axis an input has the size of the
 * output or 1, and one of size 1 counts for all of the output's.
 */
public final class Broadcasting {
  private Broadcasting() {}

  /** The output's shape; sizes may be unknown. */
  static Shape joined(Op op, List<Shape> inputs) {
    Shape y = inputs.get(0);
    for (int i = 1; i < inputs.size(); i++) {
      Shape x = inputs.get(i);
      Checks.rank(op, "x" + i, x, y.rank(), "that of the other inputs");
      for (int d = 0; d < y.rank(); d++) {
        Checks.that(
            joins(x.dim(d), y.dim(d)),
            op.opName()
                + ": x"
                + i
                + " has shape "
                + x
                + ", expected that of the other inputs, "
                + y
                + ", or 1 in the place of a size");
        y = y.with(d, joined(x.dim(d), y.dim(d)));
      }
    }
    return y;
  }

  private static boolean joins(long a, long b) {
    return a == b || isOpen(a) || isOpen(b);
  }

  private static boolean isOpen(long size) {
    return size == 1 || size == Shape.UNKNOWN;
  }

  /** A size above 1 decides; else one that may be above. */
  private static long joined(long a, long b) {
    return isOpen(a) && (b != 1 || a == 1) ? b : a;
  }

  /**
   * The axes along which an input has the size of the output: those that its gradient keeps.
   *
   * @param x the input's shape, all sizes known
   * @param y the output's
   * @return in ascending order
   */
  public static List<Integer> kept(Shape x, Shape y) {
    return IntStream.range(0, y.rank()).filter(d -> x.dim(d) == y.dim(d)).boxed().toList();
  }
}
