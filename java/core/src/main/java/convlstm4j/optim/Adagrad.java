package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adagrad (Duchi, Hazan and Singer 2011), Keras's form: {@code a += g^2; w -= rate g / sqrt(a +
 * epsilon)}.
 *
 * @param common learning rate (0.001), decay, limits
 * @param initialAccumulatorValue what the sums of squares begin with, at least 0 (0.1)
 * @param epsilon added to the sum of squares, above 0 (1e-7)
 */
public record Adagrad(Common common, double initialAccumulatorValue, double epsilon)
    implements PointwiseOptimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double INITIAL = 0.1;
  static final double EPSILON = 1e-7;

  public Adagrad {
    Checks.atLeast("initial_accumulator_value", initialAccumulatorValue, 0);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Adagrad() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Adagrad(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Adagrad(Schedule learningRate) {
    this(Common.of(learningRate), INITIAL, EPSILON);
  }

  /**
   * Sets what the sums of squares begin with.
   *
   * @param value at least 0
   * @return a new optimiser
   */
  public Adagrad initialAccumulatorValue(double value) {
    return new Adagrad(common, value, epsilon);
  }

  /**
   * Sets what is added to the sum of squares.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Adagrad epsilon(double value) {
    return new Adagrad(common, initialAccumulatorValue, value);
  }

  @Override
  public Adagrad common(Common newCommon) {
    return new Adagrad(newCommon, initialAccumulatorValue, epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("accumulator");
  }

  @Override
  public double initial(String slot) {
    return initialAccumulatorValue;
  }

  @Override
  public List<Formula> formulas() {
    Formula g = PointwiseOptimizer.gradient(this);
    Formula a = PointwiseOptimizer.slot(this, 0).plus(g.square());
    Formula step = PointwiseOptimizer.rate(0).times(g).over(a.plus(epsilon).sqrt());
    return List.of(PointwiseOptimizer.weight(this).minus(step), a);
  }

  @Override
  public Config config() {
    return common
        .save(Config.of("Adagrad"))
        .with("initial_accumulator_value", initialAccumulatorValue)
        .with("epsilon", epsilon);
  }

  static Adagrad read(Config config) {
    return new Adagrad(
        Common.read(config, LEARNING_RATE, 0),
        config.number("initial_accumulator_value", INITIAL),
        config.number("epsilon", EPSILON));
  }
}
