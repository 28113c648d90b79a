package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Follow the regularised leader (McMahan et al. 2013, Ad Click Prediction, algorithm 1), Keras's
 * form: {@code n' = n + g^2; z += g + 2 shrinkage w - (n'^p - n^p) / rate w; w = (clip(z, -l1, l1)
 * - z) / (n'^p / rate + 2 l2 + beta / rate)}, p the negative of {@code learning_rate_power}.
 *
 * @param common learning rate (0.001), decay, limits
 * @param options what Keras calls the rest
 */
public record Ftrl(Common common, Options options) implements PointwiseOptimizer {
  static final double LEARNING_RATE = 1e-3;

  /**
   * Options of Ftrl alone, all at least 0 but the first.
   *
   * @param learningRatePower at most 0 (-0.5)
   * @param initialAccumulatorValue what the sums of squares begin with (0.1)
   * @param l1 strength of the absolute values' penalty (0)
   * @param l2 strength of the squares' penalty (0)
   * @param shrinkage strength of the squares' penalty in the gradient alone (0)
   * @param beta of the paper (0)
   */
  public record Options(
      double learningRatePower,
      double initialAccumulatorValue,
      double l1,
      double l2,
      double shrinkage,
      double beta) {
    public Options {
      if (!(learningRatePower <= 0 && Double.isFinite(learningRatePower))) {
        throw new IllegalArgumentException(
            "learning_rate_power=" + learningRatePower + ", must be finite and at most 0");
      }
      Checks.atLeast("initial_accumulator_value", initialAccumulatorValue, 0);
      Checks.atLeast("l1_regularization_strength", l1, 0);
      Checks.atLeast("l2_regularization_strength", l2, 0);
      Checks.atLeast("l2_shrinkage_regularization_strength", shrinkage, 0);
      Checks.atLeast("beta", beta, 0);
    }

    /** Keras's defaults. */
    public Options() {
      this(-0.5, 0.1, 0, 0, 0, 0);
    }
  }

  /** With Keras's defaults. */
  public Ftrl() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate above 0
   */
  public Ftrl(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Ftrl(Schedule learningRate) {
    this(Common.of(learningRate), new Options());
  }

  @Override
  public Ftrl common(Common newCommon) {
    return new Ftrl(newCommon, options);
  }

  @Override
  public List<String> slots() {
    return List.of("accumulator", "linear");
  }

  @Override
  public double initial(String slot) {
    return slot.equals("accumulator") ? options.initialAccumulatorValue : 0;
  }

  @Override
  public List<Formula> formulas() {
    Formula rate = PointwiseOptimizer.rate(0);
    Formula w = PointwiseOptimizer.weight(this);
    Formula g = PointwiseOptimizer.gradient(this);
    Formula n = PointwiseOptimizer.slot(this, 0);
    Formula after = n.plus(g.square());
    Formula power = after.power(-options.learningRatePower);
    Formula sigma = power.minus(n.power(-options.learningRatePower)).over(rate);
    Formula z =
        PointwiseOptimizer.slot(this, 1)
            .plus(g.plus(w.times(2 * options.shrinkage)).minus(sigma.times(w)));
    Formula l1 = Formula.constant(options.l1);
    Formula clipped = z.min(l1).max(Formula.constant(-options.l1));
    Formula l2 = Formula.constant(2 * options.l2).plus(Formula.constant(options.beta).over(rate));
    return List.of(clipped.minus(z).over(power.over(rate).plus(l2)), after, z);
  }

  @Override
  public Config config() {
    return common
        .save(Config.of("Ftrl"))
        .with("learning_rate_power", options.learningRatePower)
        .with("initial_accumulator_value", options.initialAccumulatorValue)
        .with("l1_regularization_strength", options.l1)
        .with("l2_regularization_strength", options.l2)
        .with("l2_shrinkage_regularization_strength", options.shrinkage)
        .with("beta", options.beta);
  }

  static Ftrl read(Config config) {
    Options d = new Options();
    return new Ftrl(
        Common.read(config, LEARNING_RATE, 0),
        new Options(
            config.number("learning_rate_power", d.learningRatePower),
            config.number("initial_accumulator_value", d.initialAccumulatorValue),
            config.number("l1_regularization_strength", d.l1),
            config.number("l2_regularization_strength", d.l2),
            config.number("l2_shrinkage_regularization_strength", d.shrinkage),
            config.number("beta", d.beta)));
  }
}
