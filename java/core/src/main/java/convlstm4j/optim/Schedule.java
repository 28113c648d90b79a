package convlstm4j.optim;

import convlstm4j.option.Config;
import java.util.List;
import java.util.Set;

/**
 * A learning rate that depends on the step: the formulas of {@code keras.optimizers.schedules}. A
 * value out of range is refused with an {@link IllegalArgumentException}.
 */
public interface Schedule {
  /**
   * The learning rate of a step.
   *
   * @param step number of updates done before, from 0
   * @return the rate
   */
  double rate(long step);

  /**
   * The options, to be saved.
   *
   * @return Keras's class name and options
   */
  Config config();

  /**
   * The same rate for every step.
   *
   * @param rate learning rate
   * @return the schedule
   */
  static Schedule constant(double rate) {
    return new Constant(rate);
  }

  /**
   * Restores a schedule from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the schedule
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Schedule fromConfig(Config config) {
    return switch (config.className()) {
      case "Constant" -> new Constant(config.number("rate", Double.NaN));
      case "ExponentialDecay" -> {
        config.allow(
            Set.of("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name"));
        yield new ExponentialDecay(
            config.number("initial_learning_rate", Double.NaN),
            config.whole("decay_steps", 0),
            config.number("decay_rate", Double.NaN),
            config.flag("staircase", false));
      }
      case "CosineDecay" -> {
        config.allow(
            Set.of(
                "initial_learning_rate",
                "decay_steps",
                "alpha",
                "warmup_target",
                "warmup_steps",
                "name"));
        yield new CosineDecay(
            config.number("initial_learning_rate", Double.NaN),
            config.whole("decay_steps", 0),
            config.number("alpha", 0),
            config.number("warmup_target", Double.NaN),
            config.whole("warmup_steps", 0));
      }
      case "PiecewiseConstantDecay" -> {
        config.allow(Set.of("boundaries", "values", "name"));
        yield new PiecewiseConstantDecay(
            config.numbers("boundaries").stream().map(Number::longValue).toList(),
            config.numbers("values").stream().map(Number::doubleValue).toList());
      }
      default ->
          throw new IllegalArgumentException(
              "learning rate schedule "
                  + config.className()
                  + " is not known; expected ExponentialDecay, CosineDecay or"
                  + " PiecewiseConstantDecay");
    };
  }

  /**
   * The same rate for every step.
   *
   * @param value learning rate, finite and at least 0
   */
  record Constant(double value) implements Schedule {
    public Constant {
      Checks.atLeast("learning_rate", value, 0);
    }

    @Override
    public double rate(long step) {
      return value;
    }

    @Override
    public Config config() {
      return Config.of("Constant").with("rate", value);
    }
  }

  /**
   * {@code initial decayRate^(step / decaySteps)}.
   *
   * @param initial learning rate of step 0
   * @param decaySteps steps in which the rate is multiplied once by decayRate; at least 1
   * @param decayRate the factor
   * @param staircase whether the exponent is rounded down to a whole number
   */
  record ExponentialDecay(double initial, long decaySteps, double decayRate, boolean staircase)
      implements Schedule {
    public ExponentialDecay {
      Checks.atLeast("initial_learning_rate", initial, 0);
      Checks.atLeast("decay_steps", (double) decaySteps, 1);
      Checks.atLeast("decay_rate", decayRate, 0);
    }

    @Override
    public double rate(long step) {
      double p = (double) step / decaySteps;
      return initial * Math.pow(decayRate, staircase ? Math.floor(p) : p);
    }

    @Override
    public Config config() {
      return Config.of("ExponentialDecay")
          .with("initial_learning_rate", initial)
          .with("decay_steps", decaySteps)
          .with("decay_rate", decayRate)
          .with("staircase", staircase);
    }
  }

  /**
   * Half a cosine (Loshchilov and Hutter 2016, arXiv:1608.03983): {@code initial ((1-alpha) (1 +
   * cos(pi step / decaySteps)) / 2 + alpha)}, constant after decaySteps. With a warm-up, the rate
   * first goes in a straight line from initial to warmupTarget in warmupSteps, then the cosine
   * starts from warmupTarget.
   *
   * @param initial learning rate of step 0
   * @param decaySteps length of the cosine; at least 1
   * @param alpha the last rate as a part of the first
   * @param warmupTarget rate at the end of the warm-up; NaN for no warm-up
   * @param warmupSteps length of the warm-up
   */
  record CosineDecay(
      double initial, long decaySteps, double alpha, double warmupTarget, long warmupSteps)
      implements Schedule {
    public CosineDecay {
      Checks.atLeast("initial_learning_rate", initial, 0);
      Checks.atLeast("decay_steps", (double) decaySteps, 1);
      Checks.atLeast("alpha", alpha, 0);
      Checks.atLeast("warmup_steps", (double) warmupSteps, 0);
      if (!Double.isNaN(warmupTarget)) {
        Checks.atLeast("warmup_target", warmupTarget, 0);
      }
    }

    /**
     * A cosine without warm-up.
     *
     * @param initial learning rate of step 0
     * @param decaySteps length of the cosine; at least 1
     * @param alpha the last rate as a part of the first
     */
    public CosineDecay(double initial, long decaySteps, double alpha) {
      this(initial, decaySteps, alpha, Double.NaN, 0);
    }

    @Override
    public double rate(long step) {
      if (Double.isNaN(warmupTarget)) {
        return decayed(initial, step);
      }
      return step < warmupSteps
          ? initial + (warmupTarget - initial) * step / warmupSteps
          : decayed(warmupTarget, step - warmupSteps);
    }

    private double decayed(double from, long step) {
      double done = (double) Math.min(step, decaySteps) / decaySteps;
      return from * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
    }

    @Override
    public Config config() {
      return Config.of("CosineDecay")
          .with("initial_learning_rate", initial)
          .with("decay_steps", decaySteps)
          .with("alpha", alpha)
          .with("warmup_target", Double.isNaN(warmupTarget) ? null : warmupTarget)
          .with("warmup_steps", warmupSteps);
    }
  }

  /**
   * {@code values[0]} up to and including step {@code boundaries[0]}, {@code values[1]} from there
   * to {@code boundaries[1]}, and so on.
   *
   * @param boundaries steps, ascending
   * @param values rates, one more than boundaries
   */
  record PiecewiseConstantDecay(List<Long> boundaries, List<Double> values) implements Schedule {
    public PiecewiseConstantDecay {
      boundaries = List.copyOf(boundaries);
      values = List.copyOf(values);
      if (values.size() != boundaries.size() + 1) {
        throw new IllegalArgumentException(
            "PiecewiseConstantDecay: got "
                + boundaries.size()
                + " boundaries and "
                + values.size()
                + " values, expected one value more than boundaries");
      }
      values.forEach(v -> Checks.atLeast("values", v, 0));
      for (int i = 1; i < boundaries.size(); i++) {
        if (boundaries.get(i) <= boundaries.get(i - 1)) {
          throw new IllegalArgumentException(
              "PiecewiseConstantDecay: boundaries=" + boundaries + " must be ascending");
        }
      }
    }

    @Override
    public double rate(long step) {
      int i = 0;
      while (i < boundaries.size() && step > boundaries.get(i)) {
        i++;
      }
      return values.get(i);
    }

    @Override
    public Config config() {
      return Config.of("PiecewiseConstantDecay")
          .with("boundaries", boundaries)
          .with("values", values);
    }
  }
}
