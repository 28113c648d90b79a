package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code Normalization}: {@code (x - mean) / sqrt(variance)} by a mean and a variance for
 * each place along some axes. They are given, or taken from data by {@link #adapt}; these are
 * weights, which training does not change: {@code mean} and {@code variance} of the axes' sizes,
 * and {@code count}, which says nothing.
 */
public final class Normalization extends KerasLayer<Normalization> {
  private static final Formula X = Formula.input(0);

  /** keras.backend.epsilon(). */
  private static final double LEAST_DEVIATION = 1e-7;

  private List<Integer> axes = List.of(-1);
  private boolean invert;
  private double[] mean = {};
  private double[] variance = {};
  private double[] adaptedMean = {};
  private double[] adaptedVariance = {};

  /** A layer with a mean for each place along the last axis, until it is adapted 0. */
  public Normalization() {}

  /**
   * Sets which axes keep numbers of their own.
   *
   * @param values axes, negative ones counted from the end; default -1; none for one mean of all
   * @return this layer
   * @throws IllegalArgumentException if one is 0, the batch
   */
  public Normalization axis(int... values) {
    return set(() -> axes = values.length == 0 ? List.of() : sampleAxes(values));
  }

  /**
   * Says whether the inverse is computed, {@code mean + x sqrt(variance)}.
   *
   * @param value default false
   * @return this layer
   */
  public Normalization invert(boolean value) {
    return set(() -> invert = value);
  }

  /**
   * Gives mean and variance, which are then no weights.
   *
   * @param means one, or one for each place along the axes, row-major
   * @param variances as many, none negative
   * @return this layer
   * @throws IllegalArgumentException if there are none or not as many, or one is out of range
   */
  public Normalization given(double[] means, double... variances) {
    if (means.length == 0 || means.length != variances.length) {
      throw new IllegalArgumentException(
          label()
              + ": "
              + means.length
              + " means and "
              + variances.length
              + " variances, expected as many of both, at least 1");
    }
    if (!Arrays.stream(means).allMatch(Double::isFinite)
        || !Arrays.stream(variances).allMatch(v -> v >= 0 && Double.isFinite(v))) {
      throw new IllegalArgumentException(
          label()
              + ": mean="
              + Arrays.toString(means)
              + ", variance="
              + Arrays.toString(variances)
              + ", expected finite numbers, variances >= 0");
    }
    return set(
        () -> {
          mean = means.clone();
          variance = variances.clone();
        });
  }

  /**
   * Takes mean and variance from data, before the layer is called.
   *
   * @param data samples, {@code [N, ..]} as the layer's input
   * @return this layer
   * @throws IllegalArgumentException if mean and variance are given already
   * @throws ShapeException if the data lacks an axis
   */
  public Normalization adapt(Tensor data) {
    if (mean.length > 0) {
      throw new IllegalArgumentException(label() + ": mean and variance are given, not adapted");
    }
    Shape s = data.shape();
    Shape kept = axes.isEmpty() ? Shape.of() : sizes(s);
    List<Integer> along = axes.isEmpty() ? List.of() : Axes.resolved(axes, s);
    double[] x = data.doubles();
    int places = Math.toIntExact(kept.elements());
    int each = x.length / places;
    double[] m = new double[places];
    double[] v = new double[places];
    for (int i = 0; i < x.length; i++) {
      m[place(i, s, along)] += x[i] / each;
    }
    for (int i = 0; i < x.length; i++) {
      int p = place(i, s, along);
      v[p] += (x[i] - m[p]) * (x[i] - m[p]) / each;
    }
    return set(
        () -> {
          adaptedMean = m;
          adaptedVariance = v;
        });
  }

  /** Which place along the axes an element is at. */
  private static int place(int element, Shape s, List<Integer> along) {
    long place = 0;
    long step = 1;
    long rest = element;
    for (int d = s.rank() - 1; d >= 0; d--) {
      if (along.contains(d)) {
        place += rest % s.dim(d) * step;
        step *= s.dim(d);
      }
      rest /= s.dim(d);
    }
    return (int) place;
  }

  private Shape sizes(Shape x) {
    return Shape.of(Axes.resolved(axes, x).stream().mapToLong(x::dim).toArray());
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Shape s = x.shape();
    Shape kept = axes.isEmpty() ? Shape.of() : sizes(s);
    if (!kept.isKnown()) {
      throw new ShapeException(
          "input has shape " + s + ", expected known sizes along axis=" + axes);
    }
    Shape seen = Axes.alone(s, axes.isEmpty() ? List.of() : Axes.resolved(axes, s));
    Value m = g.reshape(mean.length == 0 ? weight(g, "mean", kept) : constant(g, mean, kept), seen);
    Value v =
        g.reshape(
            mean.length == 0 ? weight(g, "variance", kept) : constant(g, variance, kept), seen);
    if (mean.length == 0) {
      parameter(g, "count", Shape.of(), Initializers.zeros(), Regularizer.NONE, false);
    }
    Formula deviation = Formula.input(2).sqrt().max(Formula.constant(LEAST_DEVIATION));
    Formula mean0 = Formula.input(1);
    Formula y = invert ? mean0.plus(X.times(deviation)) : X.minus(mean0).over(deviation);
    return List.of(g.op(new Pointwise(y, 3), x, m, v));
  }

  private Value weight(Lowering g, String name, Shape shape) {
    boolean isMean = name.equals("mean");
    double[] adapted = isMean ? adaptedMean : adaptedVariance;
    Initializer first = isMean ? Initializers.zeros() : Initializers.ones();
    if (adapted.length > 0) {
      if (adapted.length != shape.elements()) {
        throw new ShapeException(
            "adapted to data with " + adapted.length + " places, the input has " + shape);
      }
      first = (wanted, random) -> adapted.clone();
    }
    return parameter(g, name, shape, first, Regularizer.NONE, false);
  }

  /** One number counts for all places. */
  private Value constant(Lowering g, double[] values, Shape kept) {
    if (values.length == 1) {
      Value one = Axes.constants(g, values, 0, 1);
      return kept.elements() == 1 ? one : Axes.repeated(g, one, Math.toIntExact(kept.elements()));
    }
    if (values.length != kept.elements()) {
      throw new ShapeException(
          "mean and variance of "
              + values.length
              + " numbers, expected 1 or as many as there are places along axis="
              + axes
              + ": "
              + kept);
    }
    return Axes.constants(g, values, 0, 1);
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes);
    c.put("invert", invert);
    c.put("mean", mean.length == 0 ? null : Config.written(mean));
    c.put("variance", mean.length == 0 ? null : Config.written(variance));
    return c;
  }

  static Normalization fromConfig(Config c) {
    List<Integer> axes = c.ints("axis", 0, c.has("axis") ? List.of() : List.of(-1));
    Normalization l = new Normalization().axis(Config.array(axes)).invert(c.bool("invert", false));
    if (c.get("mean") == null && c.get("variance") == null) {
      return l;
    }
    return l.given(c.reals("mean"), c.reals("variance"));
  }
}
