package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701, algorithm 1), Keras's form: {@code a = rho a + (1-rho)
 * g^2; d = sqrt(b + epsilon) / sqrt(a + epsilon) g; b = rho b + (1-rho) d^2; w -= rate d}.
 *
 * @param common learning rate (0.001; 1 is the paper's), decay, limits
 * @param rho decay of both means, at least 0 and below 1 (0.95)
 * @param epsilon added to both means, above 0 (1e-7)
 */
public record Adadelta(Common common, double rho, double epsilon) implements PointwiseOptimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double RHO = 0.95;
  static final double EPSILON = 1e-7;

  public Adadelta {
    Checks.fraction("rho", rho);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Adadelta() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Adadelta(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Adadelta(Schedule learningRate) {
    this(Common.of(learningRate), RHO, EPSILON);
  }

  /**
   * Sets the decay of both means.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adadelta rho(double value) {
    return new Adadelta(common, value, epsilon);
  }

  /**
   * Sets what is added to both means.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Adadelta epsilon(double value) {
    return new Adadelta(common, rho, value);
  }

  @Override
  public Adadelta common(Common newCommon) {
    return new Adadelta(newCommon, rho, epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("accumulated_grad", "accumulated_delta_var");
  }

  @Override
  public List<Formula> formulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula before = PointwiseOptimizer.slot(this, 1);
    Formula a = PointwiseOptimizer.mean(rho, PointwiseOptimizer.slot(this, 0), g.square());
    Formula d = before.plus(epsilon).sqrt().times(g).over(a.plus(epsilon).sqrt());
    return List.of(
        PointwiseOptimizer.weight(this).minus(PointwiseOptimizer.rate(0).times(d)),
        a,
        PointwiseOptimizer.mean(rho, before, d.square()));
  }

  @Override
  public Config config() {
    return common.save(Config.of("Adadelta")).with("rho", rho).with("epsilon", epsilon);
  }

  static Adadelta read(Config config) {
    return new Adadelta(
        Common.read(config, LEARNING_RATE, 0),
        config.number("rho", RHO),
        config.number("epsilon", EPSILON));
  }
}
