package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Op;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980), the "epsilon hat" form that Keras uses: {@code m +=
 * (g-m)(1-beta1); v += (g^2-v)(1-beta2); w -= rate sqrt(1-beta2^t) / (1-beta1^t) m / (sqrt(v) +
 * epsilon)}, t from 1.
 *
 * @param common learning rate (0.001), decay, limits
 * @param beta1 decay of the first moment, at least 0 and below 1 (0.9)
 * @param beta2 decay of the second moment, likewise (0.999)
 * @param epsilon added to the root of the second moment, above 0 (1e-7)
 * @param amsgrad whether the largest second moment so far takes v's place in the step (Reddi, Kale
 *     and Kumar 2018, arXiv:1904.09237, in Keras's form)
 */
public record Adam(Common common, double beta1, double beta2, double epsilon, boolean amsgrad)
    implements Optimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double BETA_1 = 0.9;
  static final double BETA_2 = 0.999;
  static final double EPSILON = 1e-7;

  public Adam {
    Checks.fraction("beta_1", beta1);
    Checks.fraction("beta_2", beta2);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Adam() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Adam(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Adam(Schedule learningRate) {
    this(Common.of(learningRate), BETA_1, BETA_2, EPSILON, false);
  }

  /**
   * Sets the decay of the first moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adam beta1(double value) {
    return new Adam(common, value, beta2, epsilon, amsgrad);
  }

  /**
   * Sets the decay of the second moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adam beta2(double value) {
    return new Adam(common, beta1, value, epsilon, amsgrad);
  }

  /**
   * Sets what is added to the root of the second moment.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Adam epsilon(double value) {
    return new Adam(common, beta1, beta2, value, amsgrad);
  }

  /**
   * Chooses whether the largest second moment so far counts in a step.
   *
   * @param value whether it does
   * @return a new optimiser
   */
  public Adam amsgrad(boolean value) {
    return new Adam(common, beta1, beta2, epsilon, value);
  }

  @Override
  public Adam common(Common newCommon) {
    return new Adam(newCommon, beta1, beta2, epsilon, amsgrad);
  }

  @Override
  public Op update(int count) {
    return amsgrad
        ? PointwiseOptimizer.update(this, amsgradFormulas(), count)
        : new AdamUpdate(beta1, beta2, epsilon, common.weightDecay(), count);
  }

  private List<Formula> amsgradFormulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula m = PointwiseOptimizer.moment(beta1, PointwiseOptimizer.slot(this, 0), g);
    Formula v = PointwiseOptimizer.moment(beta2, PointwiseOptimizer.slot(this, 1), g.square());
    Formula most = PointwiseOptimizer.slot(this, 2).max(v);
    Formula step = PointwiseOptimizer.rate(1).times(m).over(most.sqrt().plus(epsilon));
    return List.of(PointwiseOptimizer.weight(this).minus(step), m, v, most);
  }

  @Override
  public List<String> slots() {
    return amsgrad
        ? List.of("momentum", "velocity", "velocity_hat")
        : List.of("momentum", "velocity");
  }

  @Override
  public double[] rates(double rate, long step) {
    double t = step + 1.0;
    return new double[] {rate, rate * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t))};
  }

  @Override
  public Config config() {
    return config("Adam");
  }

  Config config(String className) {
    return common
        .save(Config.of(className))
        .with("beta_1", beta1)
        .with("beta_2", beta2)
        .with("epsilon", epsilon)
        .with("amsgrad", amsgrad);
  }

  static Adam read(Config config) {
    return read(config, 0);
  }

  static Adam read(Config config, double defaultDecay) {
    return new Adam(
        Common.read(config, LEARNING_RATE, defaultDecay),
        config.number("beta_1", BETA_1),
        config.number("beta_2", BETA_2),
        config.number("epsilon", EPSILON),
        config.flag("amsgrad", false));
  }
}
