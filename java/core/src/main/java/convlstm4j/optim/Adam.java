package convlstm4j.optim;

import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Op;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980), the "epsilon hat" form that Keras uses: {@code m +=
 * (g-m)(1-beta1); v += (g^2-v)(1-beta2); w -= rate sqrt(1-beta2^t) / (1-beta1^t) m / (sqrt(v) +
 * epsilon)}, t from 1.
 *
 * @param common learning rate (0.001), decay, limits
 * @param beta1 decay of the first moment, at least 0 and below 1 (0.9)
 * @param beta2 decay of the second moment, likewise (0.999)
 * @param epsilon added to the root of the second moment, above 0 (1e-7)
 */
public record Adam(Common common, double beta1, double beta2, double epsilon) implements Optimizer {
  static final double LEARNING_RATE = 1e-3;
  static final double BETA_1 = 0.9;
  static final double BETA_2 = 0.999;
  static final double EPSILON = 1e-7;

  public Adam {
    Checks.fraction("beta_1", beta1);
    Checks.fraction("beta_2", beta2);
    Checks.above("epsilon", epsilon, 0);
  }

  /** With Keras's defaults. */
  public Adam() {
    this(LEARNING_RATE);
  }

  /**
   * With a fixed learning rate.
   *
   * @param learningRate at least 0
   */
  public Adam(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes.
   *
   * @param learningRate rate of each step
   */
  public Adam(Schedule learningRate) {
    this(Common.of(learningRate), BETA_1, BETA_2, EPSILON);
  }

  /**
   * Sets the decay of the first moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adam beta1(double value) {
    return new Adam(common, value, beta2, epsilon);
  }

  /**
   * Sets the decay of the second moment.
   *
   * @param value at least 0 and below 1
   * @return a new optimiser
   */
  public Adam beta2(double value) {
    return new Adam(common, beta1, value, epsilon);
  }

  /**
   * Sets what is added to the root of the second moment.
   *
   * @param value above 0
   * @return a new optimiser
   */
  public Adam epsilon(double value) {
    return new Adam(common, beta1, beta2, value);
  }

  @Override
  public Adam common(Common newCommon) {
    return new Adam(newCommon, beta1, beta2, epsilon);
  }

  @Override
  public Op update(int count) {
    return new AdamUpdate(beta1, beta2, epsilon, common.weightDecay(), count);
  }

  @Override
  public List<String> slots() {
    return List.of("momentum", "velocity");
  }

  @Override
  public double[] rates(double rate, long step) {
    double t = step + 1.0;
    return new double[] {rate, rate * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t))};
  }

  @Override
  public Config config() {
    return config("Adam");
  }

  Config config(String className) {
    return common
        .save(Config.of(className))
        .with("beta_1", beta1)
        .with("beta_2", beta2)
        .with("epsilon", epsilon);
  }
}
