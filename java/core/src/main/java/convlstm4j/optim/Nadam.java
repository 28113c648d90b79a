package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Nadam (Dozat 2016), Keras's form: {@code m += (g-m)(1-beta1); v += (g^2-v)(1-beta2); w -= rate
 * (u' m / (1 - p u') + (1-u) g / (1-p)) / (sqrt(v / (1-beta2^t)) + epsilon)}, with {@code u = beta1
 * (1 - 0.96^t / 2)}, u' the same of t + 1, p the product of all u so far, t from 1.
 *
 * @param common learning rate (0.001), decay, limits
 * @param beta1 decay of the first moment, at least 0 and below 1 (0.9)
 * @param beta2 decay of the second moment, likewise (0.999)
 * @param epsilon added to the root of the second moment, above 0 (1e-7)
 */
public record Nadam(Common common, double beta1, double beta2, double epsilon)
    implements PointwiseOptimizer {
  private static final double DECAY = 0.96;

  /** A product below this changes no number. */
  private static final double LEAST_PRODUCT = 1e-40;

  public Nadam {
    Checks.fraction("beta_1", beta1);
    Checks.fraction("beta_2", beta2);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Nadam() {
    this(Adam.LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Nadam(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Nadam(Schedule learningRate) {
    this(Common.of(learningRate), Adam.BETA_1, Adam.BETA_2, Adam.EPSILON);
  }

  /**
   * Sets the decay of the first moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Nadam beta1(double value) {
    return new Nadam(common, value, beta2, epsilon);
  }

  /**
   * Sets the decay of the second moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Nadam beta2(double value) {
    return new Nadam(common, beta1, value, epsilon);
  }

  /**
   * Sets what is added to the root of the second moment.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Nadam epsilon(double value) {
    return new Nadam(common, beta1, beta2, value);
  }

  @Override
  public Nadam common(Common newCommon) {
    return new Nadam(newCommon, beta1, beta2, epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("momentum", "velocity");
  }

  @Override
  public List<Formula> formulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula m = PointwiseOptimizer.moment(beta1, PointwiseOptimizer.slot(this, 0), g);
    Formula v = PointwiseOptimizer.moment(beta2, PointwiseOptimizer.slot(this, 1), g.square());
    Formula ahead = PointwiseOptimizer.rate(1).times(m).plus(PointwiseOptimizer.rate(2).times(g));
    Formula root = v.times(PointwiseOptimizer.rate(3)).sqrt();
    return List.of(PointwiseOptimizer.weight(this).minus(ahead.over(root.plus(epsilon))), m, v);
  }

  @Override
  public double[] rates(double rate, long step) {
    double t = step + 1.0;
    double product = product(step);
    double next = momentum(t + 1);
    return new double[] {
      rate,
      rate * next / (1 - product * next),
      rate * (1 - momentum(t)) / (1 - product),
      1 / (1 - Math.pow(beta2, t))
    };
  }

  /** The momentum of step t, from 1. */
  private double momentum(double t) {
    return beta1 * (1 - 0.5 * Math.pow(DECAY, t));
  }

  /**
   * The product of all momenta, that of a step included, which Keras keeps as a variable.
   *
   * @param step number of updates done before, from 0
   * @return p
   */
  public double product(long step) {
    double product = 1;
    double power = 1;
    for (long t = 0; t <= step && product > LEAST_PRODUCT; t++) {
      power *= DECAY;
      product *= beta1 * (1 - 0.5 * power);
    }
    return product;
  }

  @Override
  public Config config() {
    return common
        .save(Config.of("Nadam"))
        .with("beta_1", beta1)
        .with("beta_2", beta2)
        .with("epsilon", epsilon);
  }

  static Nadam read(Config config) {
    return new Nadam(
        Common.read(config, Adam.LEARNING_RATE, 0),
        config.number("beta_1", Adam.BETA_1),
        config.number("beta_2", Adam.BETA_2),
        config.number("epsilon", Adam.EPSILON));
  }
}
