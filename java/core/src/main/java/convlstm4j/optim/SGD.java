package convlstm4j.optim;

import convlstm4j.op.Op;
import convlstm4j.op.SgdUpdate;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Stochastic gradient descent: {@code w -= rate g}; with momentum {@code m = momentum m - rate g; w
 * += m}, Nesterov's form {@code w += momentum m - rate g}.
 *
 * @param common learning rate (0.01), decay, limits
 * @param momentum at least 0 and below 1 (0)
 * @param nesterov whether Nesterov's form is used (false)
 */
public record SGD(Common common, double momentum, boolean nesterov) implements Optimizer {
  static final double LEARNING_RATE = 0.01;

  public SGD {
    Checks.fraction("momentum", momentum);
  }

  /** With Keras's defaults. */
  public SGD() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public SGD(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public SGD(Schedule learningRate) {
    this(Common.of(learningRate), 0, false);
  }

  /**
   * Sets the momentum.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public SGD momentum(double value) {
    return new SGD(common, value, nesterov);
  }

  /**
   * Chooses Nesterov's form.
   *
   * @param value whether it is used
   * @return a new optimiser
   */
  public SGD nesterov(boolean value) {
    return new SGD(common, momentum, value);
  }

  @Override
  public SGD common(Common newCommon) {
    return new SGD(newCommon, momentum, nesterov);
  }

  @Override
  public Op update(int count) {
    return new SgdUpdate(momentum, nesterov, common.weightDecay(), count);
  }

  @Override
  public List<String> slots() {
    return momentum > 0 ? List.of("momentum") : List.of();
  }

  @Override
  public Config config() {
    return common.save(Config.of("SGD")).with("momentum", momentum).with("nesterov", nesterov);
  }

  static SGD read(Config config) {
    return new SGD(
        Common.read(config, LEARNING_RATE, 0),
        config.number("momentum", 0),
        config.flag("nesterov", false));
  }
}
