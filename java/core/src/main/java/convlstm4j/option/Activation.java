package convlstm4j.option;

/**
 * An activation function, as Keras 3 defines it unless its name says otherwise.
 *
 * @param kind which function
 * @param alpha slope or scale for negative arguments of {@link Kind#ELU} and {@link
 *     Kind#LEAKY_RELU}; 0 for the others
 */
public record Activation(Kind kind, double alpha) {
  /** {@code x}. */
  public static final Activation LINEAR = new Activation(Kind.LINEAR, 0);

  /** {@code max(x, 0)}. */
  public static final Activation RELU = new Activation(Kind.RELU, 0);

  /** Hyperbolic tangent. */
  public static final Activation TANH = new Activation(Kind.TANH, 0);

  /** {@code 1 / (1 + exp(-x))}. */
  public static final Activation SIGMOID = new Activation(Kind.SIGMOID, 0);

  /** Keras 2's {@code hard_sigmoid}: {@code clip(0.2 x + 0.5, 0, 1)}. */
  public static final Activation HARD_SIGMOID_KERAS2 = new Activation(Kind.HARD_SIGMOID_KERAS2, 0);

  /** Keras 3's {@code hard_sigmoid}: {@code relu6(x + 3) / 6}. */
  public static final Activation HARD_SIGMOID_KERAS3 = new Activation(Kind.HARD_SIGMOID_KERAS3, 0);

  /** {@code exp(x) / sum(exp(x))} over the last axis. */
  public static final Activation SOFTMAX = new Activation(Kind.SOFTMAX, 0);

  /** {@code x} if positive, else {@code exp(x) - 1}. */
  public static final Activation ELU = new Activation(Kind.ELU, 1);

  /** {@code x} if positive, else {@code 0.2 x}: Keras 3's {@code activations.leaky_relu}. */
  public static final Activation LEAKY_RELU = new Activation(Kind.LEAKY_RELU, 0.2);

  /** {@code log(1 + exp(x))}. */
  public static final Activation SOFTPLUS = new Activation(Kind.SOFTPLUS, 0);

  /** {@code x sigmoid(x)}, also called SiLU. */
  public static final Activation SWISH = new Activation(Kind.SWISH, 0);

  /** The functions. */
  public enum Kind {
    /** See {@link Activation#LINEAR}. */
    LINEAR,
    /** See {@link Activation#RELU}. */
    RELU,
    /** See {@link Activation#TANH}. */
    TANH,
    /** See {@link Activation#SIGMOID}. */
    SIGMOID,
    /** See {@link Activation#HARD_SIGMOID_KERAS2}. */
    HARD_SIGMOID_KERAS2,
    /** See {@link Activation#HARD_SIGMOID_KERAS3}. */
    HARD_SIGMOID_KERAS3,
    /** See {@link Activation#SOFTMAX}. */
    SOFTMAX,
    /** See {@link Activation#ELU}. */
    ELU,
    /** See {@link Activation#LEAKY_RELU}. */
    LEAKY_RELU,
    /** See {@link Activation#SOFTPLUS}. */
    SOFTPLUS,
    /** See {@link Activation#SWISH}. */
    SWISH
  }

  public Activation {
    if (!Double.isFinite(alpha)) {
      throw new IllegalArgumentException("alpha=" + alpha + ", must be finite");
    }
  }

  /**
   * ELU with another scale.
   *
   * @param alpha scale of the negative part
   * @return the activation
   */
  public static Activation elu(double alpha) {
    return new Activation(Kind.ELU, alpha);
  }

  /**
   * Leaky ReLU with another slope.
   *
   * @param slope slope of the negative part
   * @return the activation
   */
  public static Activation leakyRelu(double slope) {
    return new Activation(Kind.LEAKY_RELU, slope);
  }
}
