package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Concat;
import convlstm4j.op.Merge;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.SampleAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What several layers do along axes, by ops that there are. */
final class Axes {
  private static final Formula X = Formula.input(0);

  /** keras/src/ops/nn.py, normalize: a vector of zeros stays one. */
  private static final double LARGEST_INVERSE = 1e12;

  private Axes() {}

  /**
   * Axes from 0, in order.
   *
   * @param axes counted with the batch; negative from the end
   * @throws ShapeException if one is the batch, is not there or is there twice
   */
  static List<Integer> resolved(List<Integer> axes, Shape x) {
    return SampleAxes.resolved(axes, x).stream().sorted().toList();
  }

  /** The input's size along some axes, 1 along the others. */
  static Shape alone(Shape x, List<Integer> axes) {
    Shape alone = x;
    for (int d = 0; d < x.rank(); d++) {
      if (!axes.contains(d)) {
        alone = alone.with(d, 1);
      }
    }
    return alone;
  }

  /** Divides by the Euclidean length along some axes. */
  static Value toUnitLength(Lowering g, Value x, List<Integer> axes) {
    Value squares = g.op(new Pointwise(X.square(), 1), x);
    Value sum = g.op(new Reduce(Reduce.Mode.SUM, axes), squares);
    Formula inverse = Formula.constant(1).over(Formula.input(1).sqrt());
    Formula scaled = X.times(inverse.min(Formula.constant(LARGEST_INVERSE)));
    return g.op(new Pointwise(scaled, 2), x, sum);
  }

  /**
   * Each element several times in a row.
   *
   * @param times for each axis, at least 1
   */
  static Value repeated(Lowering g, Value x, int... times) {
    Value y = x;
    for (int d = 0; d < times.length; d++) {
      if (times[d] > 1) {
        Value split = g.reshape(y, around(y.shape(), d, y.shape().dim(d), 1));
        Value spread =
            g.op(new Merge(Merge.Mode.SUM, 2), split, g.zeros(Shape.of(1, 1, times[d], 1)));
        y = g.reshape(spread, y.shape().with(d, Shape.times(y.shape().dim(d), times[d])));
      }
    }
    return y;
  }

  /** Sizes in the place of an axis, all axes before it as one, and all behind it. */
  static Shape around(Shape x, int axis, long... sizes) {
    long outer = 1;
    for (int d = 0; d < axis; d++) {
      outer = Shape.times(outer, x.dim(d));
    }
    long inner = 1;
    for (int d = axis + 1; d < x.rank(); d++) {
      inner = Shape.times(inner, x.dim(d));
    }
    return Shape.of(inner).prepend(sizes).prepend(outer);
  }

  /** A sequence {@code [N, T, C]} as images of one column; of too few axes as it is. */
  static Shape withColumn(Shape sequence, DataFormat format) {
    if (sequence.rank() != 3) {
      return sequence;
    }
    int at = format == DataFormat.CHANNELS_LAST ? 2 : 3;
    Shape image = Shape.of();
    for (int d = 2; d >= 0; d--) {
      image = d == at - 1 ? image.prepend(sequence.dim(d), 1) : image.prepend(sequence.dim(d));
    }
    return image;
  }

  /** Constant numbers along an axis, of size 1 along the others; one number counts for all. */
  static Value constants(Lowering g, double[] values, int axis, int rank) {
    long[] ones = new long[rank];
    Arrays.fill(ones, 1);
    Value zero = g.zeros(Shape.of(ones));
    List<Value> each = new ArrayList<>();
    for (double v : values) {
      each.add(g.op(new Pointwise(X.plus(v), 1), zero));
    }
    return each.size() == 1 ? each.get(0) : g.ops(new Concat(axis, each.size()), each).get(0);
  }
}
