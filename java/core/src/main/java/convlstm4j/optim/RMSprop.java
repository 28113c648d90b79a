package convlstm4j.optim;

import convlstm4j.op.Op;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.option.Config;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton 2012), Keras 3's form: {@code v = rho v + (1-rho) g^2; d = rate g /
 * sqrt(v + epsilon)}, centered with {@code v - a^2} for v, {@code a = rho a + (1-rho) g}; {@code w
 * -= d}, or with momentum {@code m = momentum m + d; w -= m}.
 *
 * @param common learning rate (0.001), decay, limits
 * @param rho decay of the mean square, at least 0 and below 1 (0.9)
 * @param momentum at least 0 and below 1 (0)
 * @param epsilon added to the mean square, above 0 (1e-7)
 * @param centered whether the gradient's mean is subtracted (false)
 */
public record RMSprop(Common common, double rho, double momentum, double epsilon, boolean centered)
    implements Optimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double RHO = 0.9;
  static final double EPSILON = 1e-7;

  public RMSprop {
    Checks.fraction("rho", rho);
    Checks.fraction("momentum", momentum);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public RMSprop() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public RMSprop(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public RMSprop(Schedule learningRate) {
    this(Common.of(learningRate), RHO, 0, EPSILON, false);
  }

  /**
   * Sets the decay of the mean square.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public RMSprop rho(double value) {
    return new RMSprop(common, value, momentum, epsilon, centered);
  }

  /**
   * Sets the momentum.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public RMSprop momentum(double value) {
    return new RMSprop(common, rho, value, epsilon, centered);
  }

  /**
   * Sets what is added to the mean square.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public RMSprop epsilon(double value) {
    return new RMSprop(common, rho, momentum, value, centered);
  }

  /**
   * Chooses the centered form.
   *
   * @param value whether the gradient's mean is subtracted
   * @return a new optimiser
   */
  public RMSprop centered(boolean value) {
    return new RMSprop(common, rho, momentum, epsilon, value);
  }

  @Override
  public RMSprop common(Common newCommon) {
    return new RMSprop(newCommon, rho, momentum, epsilon, centered);
  }

  @Override
  public Op update(int count) {
    return new RmspropUpdate(rho, momentum, epsilon, centered, common.weightDecay(), count);
  }

  @Override
  public List<String> slots() {
    List<String> slots = new ArrayList<>(List.of("velocity"));
    if (momentum > 0) {
      slots.add("momentum");
    }
    if (centered) {
      slots.add("average_gradient");
    }
    return slots;
  }

  @Override
  public Config config() {
    return common
        .save(Config.of("RMSprop"))
        .with("rho", rho)
        .with("momentum", momentum)
        .with("epsilon", epsilon)
        .with("centered", centered);
  }

  static RMSprop read(Config config) {
    return new RMSprop(
        Common.read(config, LEARNING_RATE, 0),
        config.number("rho", RHO),
        config.number("momentum", 0),
        config.number("epsilon", EPSILON),
        config.flag("centered", false));
  }
}
