package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675, algorithm 2): {@code w -= rate sign(beta1 m + (1-beta1)
 * g); m = beta2 m + (1-beta2) g}.
 *
 * @param common learning rate (0.001), decay, limits
 * @param beta1 what the momentum counts in a step, above 0 and at most 1 (0.9)
 * @param beta2 decay of the momentum, at least 0 and below 1 (0.99)
 */
public record Lion(Common common, double beta1, double beta2) implements PointwiseOptimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double BETA_1 = 0.9;
  static final double BETA_2 = 0.99;

  public Lion {
    if (!(beta1 > 0 && beta1 <= 1)) {
      throw new IllegalArgumentException("beta_1=" + beta1 + ", must be above 0 and at most 1");
    }
    Checks.fraction("beta_2", beta2);
  }

  /** With Keras's defaults. */
  public Lion() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Lion(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Lion(Schedule learningRate) {
    this(Common.of(learningRate), BETA_1, BETA_2);
  }

  /**
   * Sets what the momentum counts in a step.
   *
   * @param value above 0 and at most 1
   * @return a new optimiser
   */
  public Lion beta1(double value) {
    return new Lion(common, value, beta2);
  }

  /**
   * Sets the decay of the momentum.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Lion beta2(double value) {
    return new Lion(common, beta1, value);
  }

  @Override
  public Lion common(Common newCommon) {
    return new Lion(newCommon, beta1, beta2);
  }

  @Override
  public List<String> slots() {
    return List.of("momentum");
  }

  @Override
  public List<Formula> formulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula m = PointwiseOptimizer.slot(this, 0);
    Formula way = PointwiseOptimizer.mean(beta1, m, g).sign();
    return List.of(
        PointwiseOptimizer.weight(this).minus(PointwiseOptimizer.rate(0).times(way)),
        PointwiseOptimizer.mean(beta2, m, g));
  }

  @Override
  public Config config() {
    return common.save(Config.of("Lion")).with("beta_1", beta1).with("beta_2", beta2);
  }

  static Lion read(Config config) {
    return new Lion(
        Common.read(config, LEARNING_RATE, 0),
        config.number("beta_1", BETA_1),
        config.number("beta_2", BETA_2));
  }
}
