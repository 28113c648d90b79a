package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.SampleAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keras's {@code RMSNormalization} (Zhang and Sennrich 2019, arXiv:1910.07467): each sample divided
 * by the root of the mean square along some axes, times a weight {@code scale} of the axes' sizes.
 */
public final class RMSNormalization extends KerasLayer<RMSNormalization> {
  private static final Formula X = Formula.input(0);

  private List<Integer> axes = List.of(-1);
  private double epsilon = 1e-6;

  /** A layer along the last axis. */
  public RMSNormalization() {}

  /**
   * Sets along which axes a mean is taken: the last ones, in their order, since Keras multiplies
   * these by the scale whatever the axes are. An input is refused if it has others behind them.
   *
   * @param values axes, negative ones counted from the end; default -1
   * @return this layer
   * @throws IllegalArgumentException if there is none or one is 0, the batch
   */
  public RMSNormalization axis(int... values) {
    return set(() -> axes = sampleAxes(values));
  }

  /**
   * Sets what is added to the mean square.
   *
   * @param value at least 0, default 0.000001
   * @return this layer
   * @throws IllegalArgumentException if it is negative
   */
  public RMSNormalization epsilon(double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(label() + ": epsilon=" + value + ", must be >= 0");
    }
    return set(() -> epsilon = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    List<Integer> resolved = SampleAxes.resolved(axes, x.shape());
    int rank = x.shape().rank();
    if (!resolved.equals(IntStream.range(rank - axes.size(), rank).boxed().toList())) {
      throw new ShapeException(
          "axis=" + axes + " of input " + x.shape() + ", expected its last axes, in their order");
    }
    Shape sizes = Shape.of(resolved.stream().mapToLong(x.shape()::dim).toArray());
    if (!sizes.isKnown()) {
      throw new ShapeException(
          "input has shape " + x.shape() + ", expected known sizes along axis=" + axes);
    }
    Value squares = g.op(new Pointwise(X.square(), 1), x);
    Value mean = g.op(new Reduce(Reduce.Mode.MEAN, resolved), squares);
    Value scale = parameter(g, "scale", sizes, Initializers.ones(), Regularizer.NONE, true);
    Formula y = X.over(Formula.input(1).plus(epsilon).sqrt()).times(Formula.input(2));
    Value seen = g.reshape(scale, Axes.alone(x.shape(), resolved));
    return List.of(g.op(new Pointwise(y, 3), x, mean, seen));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    c.put("epsilon", epsilon);
    return c;
  }

  static RMSNormalization fromConfig(Config c) {
    RMSNormalization l = new RMSNormalization();
    return l.axis(Config.array(c.ints("axis", 0, l.axes))).epsilon(c.real("epsilon", l.epsilon));
  }
}
