package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.BatchNorm;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Value x = only(arguments);
    List<Integer> resolved = Axes.resolved(axes, x.shape());
    if (!(g instanceof StepByStep steps)) {
      return List.of(normalize(g, x, resolved, false));
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
