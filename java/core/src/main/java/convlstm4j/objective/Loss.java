package convlstm4j.objective;

import convlstm4j.op.ShapeException;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Locale;
import java.util.Set;

/**
 * What is made small: a loss with Keras 3's formulas (see {@link WeightedLoss}). Its value is the
 * sum of weighted losses over all positions (samples, and time steps where there are), divided by
 * the number of positions.
 *
 * @param op what is computed
 */
public record Loss(WeightedLoss op) {
  /**
   * For scores in [0, 1] of a sigmoid, against targets in [0, 1].
   *
   * @return the loss
   */
  public static Loss binaryCrossentropy() {
    return of(Kind.BINARY_CROSSENTROPY);
  }

  /**
   * For probabilities of a softmax, against one-hot (or soft) targets of the same shape.
   *
   * @return the loss
   */
  public static Loss categoricalCrossentropy() {
    return of(Kind.CATEGORICAL_CROSSENTROPY);
  }

  /**
   * For probabilities of a softmax, against class numbers from 0.
   *
   * @return the loss
   */
  public static Loss sparseCategoricalCrossentropy() {
    return of(Kind.SPARSE_CATEGORICAL_CROSSENTROPY);
  }

  /**
   * The mean of the squared errors.
   *
   * @return the loss
   */
  public static Loss meanSquaredError() {
    return of(Kind.MEAN_SQUARED_ERROR);
  }

  /**
   * The mean of the absolute errors.
   *
   * @return the loss
   */
  public static Loss meanAbsoluteError() {
    return of(Kind.MEAN_ABSOLUTE_ERROR);
  }

  /**
   * Quadratic for small errors, linear for large ones (Huber 1964).
   *
   * @param delta where it turns linear; above 0, Keras's default is 1
   * @return the loss
   * @throws ShapeException if delta is not above 0
   */
  public static Loss huber(double delta) {
    return new Loss(new WeightedLoss(Kind.HUBER, false, delta, 0));
  }

  private static Loss of(Kind kind) {
    return new Loss(new WeightedLoss(kind, false, 1, 0));
  }

  /**
   * The same loss for predictions before their sigmoid or softmax, which is more exact.
   *
   * @return a new loss
   * @throws IllegalArgumentException if this is not a cross-entropy
   */
  public Loss fromLogits() {
    if (!isCrossentropy()) {
      throw new IllegalArgumentException(name() + " has no logits; only cross-entropies have");
    }
    return new Loss(new WeightedLoss(op.kind(), true, op.delta(), op.labelSmoothing()));
  }

  /**
   * The same loss with targets moved towards the middle.
   *
   * @param amount 0 to 1
   * @return a new loss
   * @throws IllegalArgumentException if this is not a binary or categorical cross-entropy
   */
  public Loss labelSmoothing(double amount) {
    if (op.kind() != Kind.BINARY_CROSSENTROPY && op.kind() != Kind.CATEGORICAL_CROSSENTROPY) {
      throw new IllegalArgumentException(
          name() + " has no label smoothing; only binary and categorical cross-entropy have");
    }
    return new Loss(new WeightedLoss(op.kind(), op.fromLogits(), op.delta(), amount));
  }

  /**
   * Keras's name.
   *
   * @return for instance {@code binary_crossentropy}
   */
  public String name() {
    return op.kind() == Kind.HUBER ? "huber_loss" : op.kind().name().toLowerCase(Locale.ROOT);
  }

  /**
   * A loss by Keras's name, with default options.
   *
   * @param name for instance {@code binary_crossentropy} or {@code mse}
   * @return the loss
   * @throws IllegalArgumentException if there is none
   */
  public static Loss ofName(String name) {
    return switch (name) {
      case "mse" -> meanSquaredError();
      case "mae" -> meanAbsoluteError();
      case "huber" -> huber(1);
      default -> {
        for (Kind k : Kind.values()) {
          if (of(k).name().equals(name)) {
            yield of(k);
          }
        }
        throw new IllegalArgumentException(
            "loss \""
                + name
                + "\" is not known; expected binary_crossentropy, categorical_crossentropy,"
                + " sparse_categorical_crossentropy, mse, mae or huber");
      }
    };
  }

  /**
   * Brings a target into the shape that the prediction needs: a last axis of 1 may be left out.
   *
   * @param target what the data holds
   * @param prediction shape of the output
   * @param output the output's name, for the message
   * @return the same values
   * @throws ShapeException if the shapes do not fit
   */
  public Tensor target(Tensor target, Shape prediction, String output) {
    Shape expected = op.targetShape(prediction);
    if (target.shape().equals(expected)) {
      return target;
    }
    if (expected.dim(-1) == 1 && target.shape().equals(expected.without(-1))) {
      return target.reshape(expected);
    }
    throw new ShapeException(
        "target of output \""
            + output
            + "\" has shape "
            + target.shape()
            + ", expected "
            + expected
            + " for "
            + name()
            + " of a prediction of shape "
            + prediction);
  }

  /**
   * The options, to be saved.
   *
   * @return Keras's class name and options
   */
  public Config config() {
    Config c = Config.of(className(op.kind())).with("name", name());
    if (isCrossentropy()) {
      c.with("from_logits", op.fromLogits());
    }
    if (op.kind() == Kind.BINARY_CROSSENTROPY || op.kind() == Kind.CATEGORICAL_CROSSENTROPY) {
      c.with("label_smoothing", op.labelSmoothing());
    }
    if (op.kind() == Kind.HUBER) {
      c.with("delta", op.delta());
    }
    return c;
  }

  /**
   * Restores a loss from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the loss
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  public static Loss fromConfig(Config config) {
    for (Kind k : Kind.values()) {
      if (className(k).equals(config.className())) {
        config.allow(Set.of("name", "from_logits", "label_smoothing", "delta"));
        Loss loss = k == Kind.HUBER ? huber(config.number("delta", 1)) : of(k);
        loss = config.flag("from_logits", false) ? loss.fromLogits() : loss;
        double smoothing = config.number("label_smoothing", 0);
        return smoothing == 0 ? loss : loss.labelSmoothing(smoothing);
      }
    }
    throw new IllegalArgumentException("loss " + config.className() + " is not known");
  }

  /** {@code BINARY_CROSSENTROPY -> BinaryCrossentropy}. */
  private static String className(Kind kind) {
    StringBuilder b = new StringBuilder();
    for (String word : kind.name().split("_")) {
      b.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return b.toString();
  }

  private boolean isCrossentropy() {
    return op.kind().name().endsWith("CROSSENTROPY");
  }
}
