package convlstm4j.optim;

import convlstm4j.option.Config;
import java.util.Set;

/** What {@link Schedule.ExponentialDecay} and {@link Schedule.InverseTimeDecay} have in common. */
final class Decay {
  /** Makes a schedule; of any type, so that this class needs to know of none. */
  interface Maker<S> {
    S of(double initial, long decaySteps, double decayRate, boolean staircase);
  }

  private Decay() {}

  static void check(double initial, long decaySteps, double decayRate) {
    Checks.atLeast("initial_learning_rate", initial, 0);
    Checks.atLeast("decay_steps", (double) decaySteps, 1);
    Checks.atLeast("decay_rate", decayRate, 0);
  }

  /** How often decaySteps have passed. */
  static double done(long step, long decaySteps, boolean staircase) {
    double p = (double) step / decaySteps;
    return staircase ? Math.floor(p) : p;
  }

  static Config config(
      String className, double initial, long decaySteps, double decayRate, boolean staircase) {
    return Config.of(className)
        .with("initial_learning_rate", initial)
        .with("decay_steps", decaySteps)
        .with("decay_rate", decayRate)
        .with("staircase", staircase);
  }

  static <S> S read(Config config, Maker<S> maker) {
    config.allow(Set.of("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name"));
    return maker.of(
        config.number("initial_learning_rate", Double.NaN),
        config.whole("decay_steps", 0),
        config.number("decay_rate", Double.NaN),
        config.flag("staircase", false));
  }
}
