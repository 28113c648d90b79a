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
   * @param step number of training steps done before, from 0; where gradients accumulate, those
   *     that did not update the weights count as well, as in Keras
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
      case "ExponentialDecay" -> Decay.read(config, ExponentialDecay::new);
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
            config.longs("boundaries"),
            config.numbers("values").stream().map(Number::doubleValue).toList());
      }
      case "PolynomialDecay" -> PolynomialDecay.read(config);
      case "InverseTimeDecay" -> Decay.read(config, InverseTimeDecay::new);
      case "CosineDecayRestarts" -> CosineDecayRestarts.read(config);
      case "OneCycle" -> OneCycle.read(config);
      case "Cyclic" -> Cyclic.read(config);
      default ->
          throw new IllegalArgumentException(
              "learning rate schedule "
                  + config.className()
                  + " is not known; expected ExponentialDecay, CosineDecay, CosineDecayRestarts,"
                  + " PolynomialDecay, InverseTimeDecay, PiecewiseConstantDecay, OneCycle or Cyclic");
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
      Decay.check(initial, decaySteps, decayRate);
    }

    @Override
    public double rate(long step) {
      return initial * Math.pow(decayRate, Decay.done(step, decaySteps, staircase));
    }

    @Override
    public Config config() {
      return Decay.config("ExponentialDecay", initial, decaySteps, decayRate, staircase);
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

  /**
   * {@code (initial - end) (1 - step / decaySteps)^power + end}, constant after decaySteps; or, as
   * a cycle, with decaySteps times the smallest whole number that reaches the step.
   *
   * @param initial learning rate of step 0
   * @param decaySteps at least 1
   * @param end the last rate
   * @param power of the polynomial
   * @param cycle whether it goes on after decaySteps
   */
  record PolynomialDecay(double initial, long decaySteps, double end, double power, boolean cycle)
      implements Schedule {
    public PolynomialDecay {
      Checks.atLeast("initial_learning_rate", initial, 0);
      Checks.atLeast("decay_steps", (double) decaySteps, 1);
      Checks.atLeast("end_learning_rate", end, 0);
      Checks.atLeast("power", power, 0);
    }

    static PolynomialDecay read(Config config) {
      config.allow(
          Set.of(
              "initial_learning_rate",
              "decay_steps",
              "end_learning_rate",
              "power",
              "cycle",
              "name"));
      return new PolynomialDecay(
          config.number("initial_learning_rate", Double.NaN),
          config.whole("decay_steps", 0),
          config.number("end_learning_rate", 1e-4),
          config.number("power", 1),
          config.flag("cycle", false));
    }

    @Override
    public double rate(long step) {
      double rounds = cycle ? Math.max(1, Math.ceil((double) step / decaySteps)) : 1;
      double done = Math.min(1, step / (rounds * decaySteps));
      return (initial - end) * Math.pow(1 - done, power) + end;
    }

    @Override
    public Config config() {
      return Config.of("PolynomialDecay")
          .with("initial_learning_rate", initial)
          .with("decay_steps", decaySteps)
          .with("end_learning_rate", end)
          .with("power", power)
          .with("cycle", cycle);
    }
  }

  /**
   * {@code initial / (1 + decayRate step / decaySteps)}.
   *
   * @param initial learning rate of step 0
   * @param decaySteps at least 1
   * @param decayRate how fast it falls
   * @param staircase whether {@code step / decaySteps} is rounded down to a whole number
   */
  record InverseTimeDecay(double initial, long decaySteps, double decayRate, boolean staircase)
      implements Schedule {
    public InverseTimeDecay {
      Decay.check(initial, decaySteps, decayRate);
    }

    @Override
    public double rate(long step) {
      return initial / (1 + decayRate * Decay.done(step, decaySteps, staircase));
    }

    @Override
    public Config config() {
      return Decay.config("InverseTimeDecay", initial, decaySteps, decayRate, staircase);
    }
  }

  /**
   * Half cosines one after the other (Loshchilov and Hutter 2016, arXiv:1608.03983), each tMul
   * times as long as the one before and starting from mMul times its rate.
   *
   * @param initial learning rate of step 0
   * @param firstDecaySteps length of the first cosine; at least 1
   * @param tMul factor of the lengths; at least 1
   * @param mMul factor of the rates
   * @param alpha the least rate as a part of the first
   */
  record CosineDecayRestarts(
      double initial, long firstDecaySteps, double tMul, double mMul, double alpha)
      implements Schedule {
    public CosineDecayRestarts {
      Checks.atLeast("initial_learning_rate", initial, 0);
      Checks.atLeast("first_decay_steps", (double) firstDecaySteps, 1);
      Checks.atLeast("t_mul", tMul, 1);
      Checks.atLeast("m_mul", mMul, 0);
      Checks.atLeast("alpha", alpha, 0);
    }

    static CosineDecayRestarts read(Config config) {
      config.allow(
          Set.of("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name"));
      return new CosineDecayRestarts(
          config.number("initial_learning_rate", Double.NaN),
          config.whole("first_decay_steps", 0),
          config.number("t_mul", 2),
          config.number("m_mul", 1),
          config.number("alpha", 0));
    }

    @Override
    public double rate(long step) {
      double left = (double) step / firstDecaySteps;
      double length = 1;
      double restarts = tMul == 1 ? Math.floor(left) : 0;
      left -= restarts;
      while (left >= length) {
        left -= length;
        length *= tMul;
        restarts++;
      }
      double cosine = 0.5 * Math.pow(mMul, restarts) * (1 + Math.cos(Math.PI * left / length));
      return initial * ((1 - alpha) * cosine + alpha);
    }

    @Override
    public Config config() {
      return Config.of("CosineDecayRestarts")
          .with("initial_learning_rate", initial)
          .with("first_decay_steps", firstDecaySteps)
          .with("t_mul", tMul)
          .with("m_mul", mMul)
          .with("alpha", alpha);
    }
  }

  /**
   * One cycle (Smith and Topin 2018, arXiv:1708.07120), as PyTorch's {@code OneCycleLR}: half a
   * cosine up from {@code most / divFactor} to the most, then one down to {@code most / divFactor /
   * finalDivFactor}. Keras has none.
   *
   * @param most the highest rate
   * @param totalSteps length of the cycle; at least 2
   * @param start the part of the steps that goes up, above 0 and below 1 (0.3)
   * @param divFactor above 0 (25)
   * @param finalDivFactor above 0 (10,000)
   */
  record OneCycle(
      double most, long totalSteps, double start, double divFactor, double finalDivFactor)
      implements Schedule {
    public OneCycle {
      Checks.atLeast("max_lr", most, 0);
      Checks.atLeast("total_steps", (double) totalSteps, 2);
      Checks.above("pct_start", start, 0);
      Checks.fraction("pct_start", start);
      Checks.above("div_factor", divFactor, 0);
      Checks.above("final_div_factor", finalDivFactor, 0);
    }

    /**
     * With PyTorch's defaults.
     *
     * @param most the highest rate
     * @param totalSteps length of the cycle; at least 2
     */
    public OneCycle(double most, long totalSteps) {
      this(most, totalSteps, 0.3, 25, 1e4);
    }

    static OneCycle read(Config config) {
      config.allow(Set.of("max_lr", "total_steps", "pct_start", "div_factor", "final_div_factor"));
      return new OneCycle(
          config.number("max_lr", Double.NaN),
          config.whole("total_steps", 0),
          config.number("pct_start", 0.3),
          config.number("div_factor", 25),
          config.number("final_div_factor", 1e4));
    }

    @Override
    public double rate(long step) {
      double first = most / divFactor;
      double top = start * totalSteps - 1;
      double last = totalSteps - 1;
      return step <= top
          ? between(first, most, top == 0 ? 1 : step / top) // top 0: the first step is the highest
          : between(most, first / finalDivFactor, Math.min(1, (step - top) / (last - top)));
    }

    private static double between(double from, double to, double done) {
      return to + (from - to) / 2 * (1 + Math.cos(Math.PI * done));
    }

    @Override
    public Config config() {
      return Config.of("OneCycle")
          .with("max_lr", most)
          .with("total_steps", totalSteps)
          .with("pct_start", start)
          .with("div_factor", divFactor)
          .with("final_div_factor", finalDivFactor);
    }
  }

  /**
   * Straight lines up and down (Smith 2017, arXiv:1506.01186, "triangular"), as PyTorch's {@code
   * CyclicLR}. Keras has none.
   *
   * @param least the lowest rate, that of step 0
   * @param most the highest rate
   * @param stepSize steps of each line; at least 1
   */
  record Cyclic(double least, double most, long stepSize) implements Schedule {
    public Cyclic {
      Checks.atLeast("base_lr", least, 0);
      Checks.atLeast("max_lr", most, least);
      Checks.atLeast("step_size", (double) stepSize, 1);
    }

    static Cyclic read(Config config) {
      config.allow(Set.of("base_lr", "max_lr", "step_size"));
      return new Cyclic(
          config.number("base_lr", Double.NaN),
          config.number("max_lr", Double.NaN),
          config.whole("step_size", 0));
    }

    @Override
    public double rate(long step) {
      double x = (double) (step % (2 * stepSize)) / stepSize;
      return least + (most - least) * (1 - Math.abs(x - 1));
    }

    @Override
    public Config config() {
      return Config.of("Cyclic")
          .with("base_lr", least)
          .with("max_lr", most)
          .with("step_size", stepSize);
    }
  }
}
