package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adamax (Kingma and Ba 2015, arXiv:1412.6980, algorithm 2), Keras's form: {@code m +=
 * (g-m)(1-beta1); u = max(beta2 u, |g|); w -= rate / (1-beta1^t) m / (u + epsilon)}, t from 1.
 *
 * @param common learning rate (0.001), decay, limits
 * @param beta1 decay of the first moment, at least 0 and below 1 (0.9)
 * @param beta2 decay of the largest gradient, likewise (0.999)
 * @param epsilon added to the largest gradient, above 0 (1e-7)
 */
public record Adamax(Common common, double beta1, double beta2, double epsilon)
    implements PointwiseOptimizer {
  public Adamax {
    Checks.fraction("beta_1", beta1);
    Checks.fraction("beta_2", beta2);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Adamax() {
    this(Adam.LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Adamax(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Adamax(Schedule learningRate) {
    this(Common.of(learningRate), Adam.BETA_1, Adam.BETA_2, Adam.EPSILON);
  }

  /**
   * Sets the decay of the first moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adamax beta1(double value) {
    return new Adamax(common, value, beta2, epsilon);
  }

  /**
   * Sets the decay of the largest gradient.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adamax beta2(double value) {
    return new Adamax(common, beta1, value, epsilon);
  }

  /**
   * Sets what is added to the largest gradient.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Adamax epsilon(double value) {
    return new Adamax(common, beta1, beta2, value);
  }

  @Override
  public Adamax common(Common newCommon) {
    return new Adamax(newCommon, beta1, beta2, epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("momentum", "norm");
  }

  @Override
  public List<Formula> formulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula m = PointwiseOptimizer.moment(beta1, PointwiseOptimizer.slot(this, 0), g);
    Formula u = PointwiseOptimizer.slot(this, 1).times(beta2).max(g.abs());
    Formula step = PointwiseOptimizer.rate(1).times(m).over(u.plus(epsilon));
    return List.of(PointwiseOptimizer.weight(this).minus(step), m, u);
  }

  @Override
  public double[] rates(double rate, long step) {
    return new double[] {rate, rate / (1 - Math.pow(beta1, step + 1.0))};
  }

  @Override
  public Config config() {
    return common
        .save(Config.of("Adamax"))
        .with("beta_1", beta1)
        .with("beta_2", beta2)
        .with("epsilon", epsilon);
  }

  static Adamax read(Config config) {
    return new Adamax(
        Common.read(config, Adam.LEARNING_RATE, 0),
        config.number("beta_1", Adam.BETA_1),
        config.number("beta_2", Adam.BETA_2),
        config.number("epsilon", Adam.EPSILON));
  }
}
