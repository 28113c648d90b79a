package convlstm4j.optim;

import convlstm4j.op.ClipGradients;
import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.option.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options that all optimisers have.
 *
 * @param learningRate the rate of each step
 * @param weightDecay decoupled decay, {@code w -= rate weightDecay w} before the update; 0 for none
 * @param clip what is limited in the gradients before the update; null for nothing
 * @param clipLimit the limit
 * @param averaging the moving average of the weights; null for none
 * @param accumulation how many steps' gradients are averaged for one update; 1 for an update in
 *     each step
 */
public record Common(
    Schedule learningRate,
    double weightDecay,
    @Nullable Mode clip,
    double clipLimit,
    @Nullable Averaging averaging,
    int accumulation) {
  /** What {@link #save} writes. */
  static final Set<String> KEYS =
      Set.of(
          "name",
          "learning_rate",
          "weight_decay",
          "clipvalue",
          "clipnorm",
          "global_clipnorm",
          "use_ema",
          "ema_momentum",
          "ema_overwrite_frequency",
          "gradient_accumulation_steps");

  /** The slot of averages, named as Keras does. */
  static final String AVERAGE = "average";

  /** The slot of sums of gradients, named as Keras does. */
  static final String ACCUMULATOR = "gradient_accumulator";

  public Common {
    Checks.atLeast("weight_decay", weightDecay, 0);
    if (clip != null) {
      Checks.above(key(clip), clipLimit, 0);
    }
    if (accumulation < 1) {
      throw new IllegalArgumentException(
          "gradient_accumulation_steps=" + accumulation + ", must be at least 1");
    }
  }

  /**
   * A learning rate, and neither decay, limits, averages nor accumulation.
   *
   * @param learningRate the rate of each step
   * @return the options
   */
  public static Common of(Schedule learningRate) {
    return new Common(learningRate, 0, null, 0, null, 1);
  }

  /**
   * The same with another learning rate.
   *
   * @param rate the rate of each step
   * @return new options
   */
  public Common withLearningRate(Schedule rate) {
    return new Common(rate, weightDecay, clip, clipLimit, averaging, accumulation);
  }

  /**
   * The same with another decay of weights.
   *
   * @param decay at least 0
   * @return new options
   */
  public Common withWeightDecay(double decay) {
    return new Common(learningRate, decay, clip, clipLimit, averaging, accumulation);
  }

  /**
   * The same with another limit of gradients in place of the one before.
   *
   * @param mode what is limited; null for nothing
   * @param limit above 0
   * @return new options
   */
  public Common withLimit(Mode mode, double limit) {
    return new Common(learningRate, weightDecay, mode, limit, averaging, accumulation);
  }

  /**
   * The same with another moving average of the weights.
   *
   * @param average null for none
   * @return new options
   */
  public Common withAveraging(@Nullable Averaging average) {
    return new Common(learningRate, weightDecay, clip, clipLimit, average, accumulation);
  }

  /**
   * The same with gradients of other many steps in one update.
   *
   * @param steps at least 1
   * @return new options
   */
  public Common withAccumulation(int steps) {
    return new Common(learningRate, weightDecay, clip, clipLimit, averaging, steps);
  }

  Common withClip(Mode mode, double limit) {
    if (clip != null && clip != mode) {
      throw new IllegalArgumentException(
          "only one of clipvalue, clipnorm and global_clipnorm can be set, got "
              + key(clip)
              + " and "
              + key(mode));
    }
    return withLimit(mode, limit);
  }

  ClipGradients clipping(int count) {
    return new ClipGradients(Objects.requireNonNull(clip), clipLimit, count);
  }

  /**
   * What is remembered for each weight beside the optimiser's own slots, in Keras's order.
   *
   * @return names
   */
  public List<String> slots() {
    List<String> slots = new ArrayList<>();
    if (averaging != null) {
      slots.add(AVERAGE);
    }
    if (accumulation > 1) {
      slots.add(ACCUMULATOR);
    }
    return slots;
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
    if (averaging != null) {
      config.with("use_ema", true).with("ema_momentum", averaging.momentum());
      config.with(
          "ema_overwrite_frequency",
          averaging.overwriteFrequency() == 0 ? null : averaging.overwriteFrequency());
    }
    if (accumulation > 1) {
      config.with("gradient_accumulation_steps", accumulation);
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
    if (config.flag("use_ema", false)) {
      common =
          common.withAveraging(
              new Averaging(
                  config.number("ema_momentum", Averaging.MOMENTUM),
                  config.whole("ema_overwrite_frequency", 0)));
    }
    long steps = config.whole("gradient_accumulation_steps", 1);
    if (steps != (int) steps) {
      throw config.wrong("gradient_accumulation_steps", steps, "1 to " + Integer.MAX_VALUE);
    }
    return common.withAccumulation((int) steps);
  }
}
