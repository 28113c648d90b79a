package convlstm4j.optim;

import convlstm4j.op.ClipGradients;
import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.option.Config;
import java.util.Map;

/**
 * Options that all optimisers have.
 *
 * @param learningRate the rate of each step
 * @param weightDecay decoupled decay, {@code w -= rate weightDecay w} before the update; 0 for none
 * @param clip what is limited in the gradients before the update; null for nothing
 * @param clipLimit the limit
 */
public record Common(Schedule learningRate, double weightDecay, Mode clip, double clipLimit) {
  public Common {
    Checks.atLeast("weight_decay", weightDecay, 0);
    if (clip != null) {
      Checks.above(key(clip), clipLimit, 0);
    }
  }

  /**
   * A learning rate, and neither decay nor limits.
   *
   * @param learningRate the rate of each step
   * @return the options
   */
  public static Common of(Schedule learningRate) {
    return new Common(learningRate, 0, null, 0);
  }

  Common withWeightDecay(double decay) {
    return new Common(learningRate, decay, clip, clipLimit);
  }

  Common withClip(Mode mode, double limit) {
    if (clip != null && clip != mode) {
      throw new IllegalArgumentException(
          "only one of clipvalue, clipnorm and global_clipnorm can be set, got "
              + key(clip)
              + " and "
              + key(mode));
    }
    return new Common(learningRate, weightDecay, mode, limit);
  }

  ClipGradients clipping(int count) {
    return new ClipGradients(clip, clipLimit, count);
  }

  private static String key(Mode mode) {
    return switch (mode) {
      case VALUE -> "clipvalue";
      case NORM -> "clipnorm";
      case GLOBAL_NORM -> "global_clipnorm";
    };
  }

  /** Adds the options to those of an optimiser. */
  Config save(Config config) {
    config.with(
        "learning_rate",
        learningRate instanceof Schedule.Constant c ? c.value() : learningRate.config().toMap());
    config.with("weight_decay", weightDecay == 0 ? null : weightDecay);
    for (Mode m : Mode.values()) {
      config.with(key(m), m == clip ? clipLimit : null);
    }
    return config;
  }

  /** Reads what {@link #save} wrote. */
  static Common read(Config config, double defaultRate, double defaultDecay) {
    Schedule rate =
        config.values().get("learning_rate") instanceof Map<?, ?> map
            ? Schedule.fromConfig(Config.of(Config.copy(map)))
            : Schedule.constant(config.number("learning_rate", defaultRate));
    Common common = of(rate).withWeightDecay(config.number("weight_decay", defaultDecay));
    for (Mode m : Mode.values()) {
      double limit = config.number(key(m), 0);
      common = limit == 0 ? common : common.withClip(m, limit);
    }
    return common;
  }
}
