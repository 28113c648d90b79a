package convlstm4j.optim;

import convlstm4j.op.Op;
import convlstm4j.option.Config;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101): {@code w -= rate
 * decay w}, then {@link Adam}'s update. As in Keras, the decay (0.004) acts on every trainable
 * weight. Moments and epsilon are set on the Adam that it is made from: {@code new AdamW(new
 * Adam(1e-3).beta1(0.8)).weightDecay(0.01)}.
 *
 * @param adam the options, the weight decay among the common ones
 */
public record AdamW(Adam adam) implements Optimizer {
  static final double WEIGHT_DECAY = 0.004;

  /** With Keras's defaults. */
  public AdamW() {
    this(Adam.LEARNING_RATE);
  }

  /**
   * With a fixed learning rate and Keras's default decay.
   *
   * @param learningRate at least 0
   */
  public AdamW(double learningRate) {
    this(Schedule.constant(learningRate));
  }

  /**
   * With a learning rate that changes and Keras's default decay.
   *
   * @param learningRate rate of each step
   */
  public AdamW(Schedule learningRate) {
    this(new Adam(learningRate).common(Common.of(learningRate).withWeightDecay(WEIGHT_DECAY)));
  }

  @Override
  public Common common() {
    return adam.common();
  }

  @Override
  public AdamW common(Common newCommon) {
    return new AdamW(adam.common(newCommon));
  }

  @Override
  public Op update(int count) {
    return adam.update(count);
  }

  @Override
  public List<String> slots() {
    return adam.slots();
  }

  @Override
  public double[] rates(double rate, long step) {
    return adam.rates(rate, step);
  }

  @Override
  public Config config() {
    return adam.config("AdamW");
  }

  static AdamW read(Config config) {
    boolean given = config.values().containsKey("weight_decay");
    return new AdamW(Adam.read(config, given ? 0 : WEIGHT_DECAY));
  }
}
