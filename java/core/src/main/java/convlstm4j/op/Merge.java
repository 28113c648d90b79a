package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Joins tensors element by element. Inputs {@code x0, x1, ..}, all of one rank; along each axis
 * they have the size of the output {@code y} or 1, and one of size 1 counts for all of y's (NumPy's
 * broadcasting). The gradient of such an input is the sum over these axes.
 *
 * @param mode how
 * @param count number of inputs, at least 1
 */
public record Merge(Mode mode, int count) implements Op {
  /** How elements are joined. */
  public enum Mode {
    /** Their sum. */
    SUM,
    /** Their product. */
    MULTIPLY,
    /** Their mean. */
    AVERAGE
  }

  @Override
  public List<String> inputNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("x" + i);
    }
    return names;
  }

  @Override
  public List<String> outputNames() {
    return List.of("y");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape y = inputs.get(0);
    for (int i = 1; i < count; i++) {
      Shape x = inputs.get(i);
      Checks.rank(this, "x" + i, x, y.rank(), "that of the other inputs");
      for (int d = 0; d < y.rank(); d++) {
        Checks.that(
            joins(x.dim(d), y.dim(d)),
            opName()
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
    return List.of(y);
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
