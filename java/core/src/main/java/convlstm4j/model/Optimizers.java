package convlstm4j.model;

import convlstm4j.optim.Adam;
import convlstm4j.optim.AdamW;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;

/** Optimisers with a learning rate; further options are methods of what comes back. */
public final class Optimizers {
  private Optimizers() {}

  /**
   * Stochastic gradient descent; {@code sgd(0.01).momentum(0.9)}.
   *
   * @param learningRate above 0
   * @return the optimiser
   */
  public static SGD sgd(double learningRate) {
    return new SGD(learningRate);
  }

  /**
   * Stochastic gradient descent.
   *
   * @param learningRate by step
   * @return the optimiser
   */
  public static SGD sgd(Schedule learningRate) {
    return new SGD(learningRate);
  }

  /**
   * Adam (Kingma and Ba 2014, arXiv:1412.6980).
   *
   * @param learningRate above 0
   * @return the optimiser
   */
  public static Adam adam(double learningRate) {
    return new Adam(learningRate);
  }

  /**
   * Adam (Kingma and Ba 2014, arXiv:1412.6980).
   *
   * @param learningRate by step
   * @return the optimiser
   */
  public static Adam adam(Schedule learningRate) {
    return new Adam(learningRate);
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101).
   *
   * @param learningRate above 0
   * @return the optimiser
   */
  public static AdamW adamW(double learningRate) {
    return new AdamW(learningRate);
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101).
   *
   * @param learningRate by step
   * @return the optimiser
   */
  public static AdamW adamW(Schedule learningRate) {
    return new AdamW(learningRate);
  }

  /**
   * RMSprop (Hinton 2012, lecture 6e of Neural Networks for Machine Learning).
   *
   * @param learningRate above 0
   * @return the optimiser
   */
  public static RMSprop rmsprop(double learningRate) {
    return new RMSprop(learningRate);
  }

  /**
   * RMSprop (Hinton 2012, lecture 6e of Neural Networks for Machine Learning).
   *
   * @param learningRate by step
   * @return the optimiser
   */
  public static RMSprop rmsprop(Schedule learningRate) {
    return new RMSprop(learningRate);
  }
}
