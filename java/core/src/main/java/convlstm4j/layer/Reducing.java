package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Pool;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operations that make one number of all along some axes. */
final class Reducing {
  private static final Formula X = Formula.input(0);

  /** What is made of a tensor, whose axes keep a size of 1. */
  @FunctionalInterface
  private interface Made {
    Value of(Lowering g, Value x, List<Integer> axes);
  }

  private Reducing() {}

  static void addTo(Map<String, OperationKind> all) {
    List<String> options = List.of("axis", "keepdims");
    all.put("Sum", kind(options, Reducing::sum));
    all.put("Mean", kind(options, Reducing::mean));
    all.put("Var", kind(options, Reducing::variance));
    all.put("Std", kind(options, (g, x, a) -> pointwise(g, X.sqrt(), variance(g, x, a))));
    all.put("Max", kind(options, Reducing::largest));
    all.put(
        "Min",
        kind(
            options,
            (g, x, a) -> {
              Formula negative = X.times(-1);
              return pointwise(g, negative, largest(g, pointwise(g, negative, x), a));
            }));
    all.put("Any", kind(options, (g, x, a) -> any(g, x, a, false)));
    all.put("All", kind(options, (g, x, a) -> any(g, x, a, true)));
    all.put("Cumsum", OperationKind.of(List.of("axis"), Reducing::sumsSoFar));
    all.put("Average", kind(List.of("axis"), Reducing::mean));
  }

  private static OperationKind kind(List<String> options, Made made) {
    return OperationKind.of(
        options,
        c -> {
          List<Integer> axes = axes(c);
          boolean keep = c.bool("keepdims", false);
          return (g, x) -> {
            List<Integer> resolved = Axes.resolved(axes, x.shape());
            Value y = made.of(g, x, resolved);
            return keep ? y : g.reshape(y, without(y.shape(), resolved));
          };
        });
  }

  private static List<Integer> axes(Config c) {
    List<Integer> axes = c.ints("axis", 0, List.of());
    if (axes.isEmpty()) {
      throw c.wrong("axis", "which joins the samples of a batch; expected axes other than 0");
    }
    return axes;
  }

  private static Shape without(Shape x, List<Integer> axes) {
    return Shape.of(
        IntStream.range(0, x.rank()).filter(d -> !axes.contains(d)).mapToLong(x::dim).toArray());
  }

  private static Value pointwise(Lowering g, Formula formula, Value... inputs) {
    return g.op(new Pointwise(formula, inputs.length), inputs);
  }

  private static Value sum(Lowering g, Value x, List<Integer> axes) {
    return g.op(new Reduce(Reduce.Mode.SUM, axes), x);
  }

  private static Value mean(Lowering g, Value x, List<Integer> axes) {
    return g.op(new Reduce(Reduce.Mode.MEAN, axes), x);
  }

  private static Value variance(Lowering g, Value x, List<Integer> axes) {
    Formula difference = X.minus(Formula.input(1));
    return mean(g, pointwise(g, difference.square(), x, mean(g, x, axes)), axes);
  }

  /** Whether one is not 0; or, of all, that none is 0. */
  private static Value any(Lowering g, Value x, List<Integer> axes, boolean all) {
    Formula zero = X.equal(Formula.constant(0));
    Formula one = Formula.constant(1);
    Value counted = sum(g, pointwise(g, all ? zero : one.minus(zero), x), axes);
    Formula none = X.less(Formula.constant(0.5));
    return pointwise(g, all ? none : one.minus(none), counted);
  }

  /** Sums of 1, 2, 4, .. neighbours, each of two of the sums before. */
  private static OperationKind.Single sumsSoFar(Config c) {
    List<Integer> axes = axes(c);
    return (g, x) -> {
      int axis = Axes.resolved(axes, x.shape()).get(0);
      long n = x.shape().dim(axis);
      Value y = g.reshape(x, Axes.around(x.shape(), axis, n));
      for (int step = 1; step < n; step *= 2) {
        Value before = g.op(new Pad(List.of(0, step, 0), List.of(0, -step, 0)), y);
        y = pointwise(g, X.plus(Formula.input(1)), y, before);
      }
      return g.reshape(y, x.shape());
    };
  }

  /** One axis after the other, as a column of pixels. */
  private static Value largest(Lowering g, Value x, List<Integer> axes) {
    Value y = x;
    for (int axis : axes) {
      long size = y.shape().dim(axis);
      if (size > Window.LARGEST) {
        throw new ShapeException(
            "the largest along axis "
                + axis
                + " of "
                + y.shape()
                + ": at most "
                + Window.LARGEST
                + " elements; reshape it to two axes");
      }
      Value column = g.reshape(y, Axes.around(y.shape(), axis, size, 1));
      // Of an unknown size, while a graph is built, only the shape counts.
      List<Integer> all = List.of(size == Shape.UNKNOWN ? 1 : Math.toIntExact(size), 1);
      Window window = new Window(all, all, List.of(1, 1), Padding.VALID, DataFormat.CHANNELS_LAST);
      y = g.reshape(g.op(new Pool(Pool.Mode.MAX, window), column), y.shape().with(axis, 1));
    }
    return y;
  }
}
