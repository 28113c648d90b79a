package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Concat;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reverse;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Keras's operation {@code Pad}: a number around an array, or what lies at its edges, as NumPy's
 * {@code pad} does it.
 */
final class Padded {
  /** What stands around the array. */
  private enum Mode {
    /** A number. */
    CONSTANT,
    /** What is inside the edge, backwards, without the element at the edge: d c b | a b c d. */
    REFLECT,
    /** The same with the element at the edge: c b a | a b c. */
    SYMMETRIC,
    /** The element at the edge: a a a | a b c. */
    EDGE
  }

  private Padded() {}

  static OperationKind.Body of(Config c) {
    Mode mode = c.choice("mode", Mode.class, "constant", "constant");
    double value = c.real(OperationKinds.CONSTANT_VALUES, 0);
    if (mode != Mode.CONSTANT && value != 0) {
      throw c.wrong(OperationKinds.CONSTANT_VALUES, "which only mode=constant has");
    }
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    widths(c, before, after);
    Pad op = new Pad(before, after);
    return (g, inputs) -> {
      Value x = inputs.get(0);
      if (mode != Mode.CONSTANT) {
        return List.of(edges(g, x, mode, op));
      }
      if (value == 0) {
        return List.of(g.op(op, x));
      }
      Value inside = g.op(op, g.op(new Pointwise(Formula.constant(1), 1), x));
      Formula padded = Formula.input(1).where(Formula.input(0), Formula.constant(value));
      return List.of(g.op(new Pointwise(padded, 2), g.op(op, x), inside));
    };
  }

  private static void widths(Config c, List<Integer> before, List<Integer> after) {
    if (!(c.get("pad_width") instanceof List<?> widths)) {
      throw c.wrong("pad_width", "expected [[before, after], ..], one pair per axis");
    }
    for (Object width : widths) {
      if (width instanceof List<?> pair
          && pair.size() == 2
          && pair.get(0) instanceof Integer b
          && pair.get(1) instanceof Integer a
          && b >= 0
          && a >= 0) {
        before.add(b);
        after.add(a);
      } else {
        throw c.wrong("pad_width", "expected [[before, after], ..], one pair per axis");
      }
    }
    if (before.isEmpty() || before.get(0) != 0 || after.get(0) != 0) {
      throw c.wrong("pad_width", "which adds samples to the batch; expected [0, 0] first");
    }
  }

  /** Axis by axis, so that corners are what NumPy makes of them. */
  private static Value edges(Lowering g, Value x, Mode mode, Pad op) {
    int rank = x.shape().rank();
    if (op.before().size() != rank) {
      throw new ShapeException(
          "pad_width has "
              + op.before().size()
              + " pairs, input has shape "
              + x.shape()
              + ": expected one per axis");
    }
    Value y = x;
    for (int axis = 1; axis < rank; axis++) {
      int before = op.before().get(axis);
      int after = op.after().get(axis);
      if (before + after > 0) {
        y = along(g, y, mode, axis, before, after);
      }
    }
    return y;
  }

  private static Value along(Lowering g, Value x, Mode mode, int axis, int before, int after) {
    long n = x.shape().dim(axis);
    if (n == Shape.UNKNOWN) { // only shapes count
      return x;
    }
    int left = mode == Mode.REFLECT ? 1 : 0;
    if (mode != Mode.EDGE && Math.max(before, after) > n - left) {
      throw new ShapeException(
          "mode="
              + mode.name().toLowerCase(Locale.ROOT)
              + " with "
              + before
              + " and "
              + after
              + " places along axis "
              + axis
              + " of shape "
              + x.shape()
              + ", expected at most "
              + (n - left)
              + " each");
    }
    List<Value> parts = new ArrayList<>();
    if (before > 0) {
      int from = mode == Mode.EDGE ? 0 : left;
      parts.add(side(g, x, mode, axis, from, before));
    }
    parts.add(x);
    if (after > 0) {
      int from = (int) n - (mode == Mode.EDGE ? 1 : left + after);
      parts.add(side(g, x, mode, axis, from, after));
    }
    return g.ops(new Concat(axis, parts.size()), parts).get(0);
  }

  /**
   * What stands at one side.
   *
   * @param from where what is repeated or mirrored begins
   */
  private static Value side(Lowering g, Value x, Mode mode, int axis, int from, int count) {
    if (mode == Mode.EDGE) {
      int[] times = new int[x.shape().rank()];
      times[axis] = count;
      return Axes.repeated(g, part(g, x, axis, from, 1), times);
    }
    return g.op(new Reverse(axis), part(g, x, axis, from, count));
  }

  private static Value part(Lowering g, Value x, int axis, int from, int count) {
    int[] first = new int[x.shape().rank()];
    first[axis] = from;
    return Slicing.cropped(g, x, first, x.shape().with(axis, count).dims());
  }
}
