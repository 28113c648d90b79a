package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keras's {@code BatchNormalization} (Ioffe and Szegedy 2015, arXiv:1502.03167): in training by the
 * batch's statistics, at inference and while the layer is frozen by the moving ones. The default
 * axis is the last, whatever the data format. Output of the input's shape. Weights, of the axes'
 * sizes: {@code gamma} if scaled, {@code beta} if centred, {@code moving_mean}, {@code
 * moving_variance}.
 */
public final class BatchNormalization extends Scaled<BatchNormalization> {
  private List<Integer> axes = List.of(-1);
  private double momentum = 0.99;
  private Initializer movingMeanInitializer = Initializers.zeros();
  private Initializer movingVarianceInitializer = Initializers.ones();

  /** A layer. */
  public BatchNormalization() {}

  /**
   * Sets which axes keep statistics of their own.
   *
   * @param values axes, negative ones counted from the end; default -1
   * @return this layer
   * @throws IllegalArgumentException if there is none or one is 0, the batch
   */
  public BatchNormalization axis(int... values) {
    return set(() -> axes = sampleAxes(values));
  }

  /**
   * Sets the weight of the past in the moving statistics.
   *
   * @param value 0 to 1, default 0.99
   * @return this layer
   * @throws IllegalArgumentException if it is out of range
   */
  public BatchNormalization momentum(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          label() + ": momentum=" + value + ", must lie between 0 and 1");
    }
    return set(() -> momentum = value);
  }

  /**
   * Sets where the first moving mean comes from.
   *
   * @param value default zeros
   * @return this layer
   */
  public BatchNormalization movingMeanInitializer(Initializer value) {
    return set(() -> movingMeanInitializer = value);
  }

  /**
   * Sets where the first moving variance comes from.
   *
   * @param value default ones
   * @return this layer
   */
  public BatchNormalization movingVarianceInitializer(Initializer value) {
    return set(() -> movingVarianceInitializer = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = maybeMasked(arguments);
    List<Integer> resolved = Axes.resolved(axes, x.shape());
    boolean masked = g.training() && isTrainable() && arguments.seen().isPresent();
    if (!(g instanceof StepByStep steps)) {
      return List.of(
          masked
              ? normalizeMasked(g, x, arguments.seen().get(), resolved)
              : normalize(g, x, resolved, false));
    }
    if (masked) {
      throw new ShapeException(
          "statistics of each step, masked, are not supported; use poolSteps(true) around it, or"
              + " end the mask before");
    }
    List<Integer> shifted = resolved.stream().map(a -> a + 1).toList();
    Value y = normalize(g, steps.unfold(x), shifted, true);
    return List.of(g.reshape(y, x.shape()));
  }

  private Value normalize(Lowering g, Value x, List<Integer> resolved, boolean perStep) {
    boolean training = g.training() && isTrainable();
    BatchNorm op =
        new BatchNorm(
            resolved, momentum, epsilon(), center(), scale(), training, perStep && training);
    Shape p = op.parameterShape(x.shape());
    List<Value> inputs = new ArrayList<>();
    inputs.add(x);
    if (scale()) {
      inputs.add(gamma(g, p));
    }
    if (center()) {
      inputs.add(beta(g, p));
    }
    inputs.add(parameter(g, "moving_mean", p, movingMeanInitializer, Regularizer.NONE, false));
    inputs.add(
        parameter(g, "moving_variance", p, movingVarianceInitializer, Regularizer.NONE, false));
    List<Value> outputs = g.ops(op, inputs);
    if (training) {
      assign(g, "moving_mean", outputs.get(1));
      assign(g, "moving_variance", outputs.get(2));
    }
    return outputs.get(0);
  }

  /** By the mean and variance of what counts, which the moving ones follow; Keras's. */
  private Value normalizeMasked(Lowering g, Value x, Value mask, List<Integer> own) {
    int rank = x.shape().rank();
    if (mask.shape().rank() != rank - 1) {
      throw new ShapeException(
          "input of shape "
              + x.shape()
              + " comes with a mask of shape "
              + mask.shape()
              + ", expected one of its shape without the last axis");
    }
    List<Integer> others = IntStream.range(0, rank).filter(d -> !own.contains(d)).boxed().toList();
    Reduce sum = new Reduce(Reduce.Mode.SUM, others);
    Formula a = Formula.input(0);
    Formula b = Formula.input(1);
    Formula c = Formula.input(2);
    Value counts = g.op(new Pointwise(Masks.COUNTS, 1), Masks.over(g, mask, rank));
    Value all = g.op(new Pointwise(a.plus(b), 2), g.zeros(x.shape()), counts);
    Value total = g.op(sum, all);
    Formula share = a.over(b.plus(1e-7));
    Value kept = g.op(new Pointwise(a.times(b), 2), x, counts);
    Value mean = g.op(new Pointwise(share, 2), g.op(sum, kept), total);
    Value squares = g.op(new Pointwise(a.minus(c).square().times(b), 3), x, counts, mean);
    Value variance = g.op(new Pointwise(share, 2), g.op(sum, squares), total);
    Formula scaled = a.minus(b).over(c.plus(epsilon()).sqrt());
    Value y = g.op(new Pointwise(scaled, 3), x, mean, variance);
    Shape seen = mean.shape();
    Shape p = Shape.of(own.stream().mapToLong(d -> x.shape().dim(d)).toArray());
    if (scale()) {
      y = g.op(new Pointwise(a.times(b), 2), y, g.reshape(gamma(g, p), seen));
    }
    if (center()) {
      y = g.op(new Pointwise(a.plus(b), 2), y, g.reshape(beta(g, p), seen));
    }
    follow(g, "moving_mean", movingMeanInitializer, g.reshape(mean, p));
    follow(g, "moving_variance", movingVarianceInitializer, g.reshape(variance, p));
    return y;
  }

  private void follow(Lowering g, String name, Initializer initializer, Value batch) {
    Value moving = parameter(g, name, batch.shape(), initializer, Regularizer.NONE, false);
    Formula next = Formula.input(0).times(momentum).plus(Formula.input(1).times(1 - momentum));
    assign(g, name, g.op(new Pointwise(next, 2), moving, batch));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    c.put("momentum", momentum);
    putScaling(c);
    c.put("moving_mean_initializer", InitializerForms.encode(movingMeanInitializer));
    c.put("moving_variance_initializer", InitializerForms.encode(movingVarianceInitializer));
    putRegularizers(c);
    return c;
  }

  static BatchNormalization fromConfig(Config c) {
    BatchNormalization l = new BatchNormalization();
    return l.axis(Config.array(c.ints("axis", 0, l.axes)))
        .momentum(c.real("momentum", l.momentum))
        .movingMeanInitializer(
            InitializerForms.read(c, "moving_mean_initializer", l.movingMeanInitializer))
        .movingVarianceInitializer(
            InitializerForms.read(c, "moving_variance_initializer", l.movingVarianceInitializer))
        .read(c);
  }
}
