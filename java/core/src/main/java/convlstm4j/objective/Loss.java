package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.ShapeException;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Optional;

/**
 * What is made small. Its value is the sum of weighted losses over all positions (samples, and time
 * steps where there are), divided by the number of positions. One's own is a formula, {@link
 * #of(String, Formula)}: its gradient comes by itself, and a checkpoint keeps it.
 */
public sealed interface Loss permits KerasLoss, FormulaLoss {
  /**
   * What it is called in logs and files.
   *
   * @return for instance {@code binary_crossentropy}
   */
  String name();

  /**
   * The options, to be saved.
   *
   * @return class name and options; for Keras's losses, as Keras has them
   */
  Config config();

  /**
   * Writes the ops of the loss.
   *
   * @param g where they go
   * @param prediction the output, {@code [N, .., K]}
   * @param target of the shape {@link #targetShape}
   * @param weights of the positions, {@code [N, ..]}
   * @return the loss, {@code [1]}
   */
  Value lower(Lowering g, Value prediction, Value target, Value weights);

  /**
   * The shape of a target.
   *
   * @param prediction shape of the output
   * @return by default that of the output
   */
  default Shape targetShape(Shape prediction) {
    return prediction;
  }

  /**
   * What is wrong with the values of a target.
   *
   * @param target of the right shape, finite
   * @param classes the last axis of the output
   * @return what it holds and what was expected; empty if nothing is wrong
   */
  default Optional<String> wrong(Tensor target, long classes) {
    return Optional.empty();
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
  default Tensor target(Tensor target, Shape prediction, String output) {
    Shape expected = targetShape(prediction);
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
   * A loss of one's own: a formula for each element, whose mean over the last axis is the loss of a
   * position. A checkpoint keeps the formula.
   *
   * <pre>
   * Formula error = Formula.input(0).minus(Formula.input(1)).abs(); // |prediction - target|
   * Loss logCosh = Loss.of("log_cosh", error.plus(error.times(-2).exp().log1p()).minus(Math.log(2)));
   * </pre>
   *
   * @param name what it is called
   * @param formula of the prediction, input 0, and the target, input 1
   * @return the loss
   * @throws ShapeException if the formula has other inputs or is too long
   */
  static Loss of(String name, Formula formula) {
    return new FormulaLoss(name, formula);
  }

  /**
   * For scores in [0, 1] of a sigmoid, against targets in [0, 1].
   *
   * @return the loss
   */
  static KerasLoss binaryCrossentropy() {
    return KerasLoss.of(Kind.BINARY_CROSSENTROPY);
  }

  /**
   * For probabilities of a softmax, against one-hot (or soft) targets of the same shape.
   *
   * @return the loss
   */
  static KerasLoss categoricalCrossentropy() {
    return KerasLoss.of(Kind.CATEGORICAL_CROSSENTROPY);
  }

  /**
   * For probabilities of a softmax, against class numbers from 0.
   *
   * @return the loss
   */
  static KerasLoss sparseCategoricalCrossentropy() {
    return KerasLoss.of(Kind.SPARSE_CATEGORICAL_CROSSENTROPY);
  }

  /**
   * The mean of the squared errors.
   *
   * @return the loss
   */
  static KerasLoss meanSquaredError() {
    return KerasLoss.of(Kind.MEAN_SQUARED_ERROR);
  }

  /**
   * The mean of the absolute errors.
   *
   * @return the loss
   */
  static KerasLoss meanAbsoluteError() {
    return KerasLoss.of(Kind.MEAN_ABSOLUTE_ERROR);
  }

  /**
   * Quadratic for small errors, linear for large ones (Huber 1964).
   *
   * @param delta where it turns linear; above 0, Keras's default is 1
   * @return the loss
   * @throws ShapeException if delta is not above 0
   */
  static KerasLoss huber(double delta) {
    return new KerasLoss(new WeightedLoss(Kind.HUBER, false, delta, 0));
  }

  /**
   * A loss by Keras's name, with default options.
   *
   * @param name for instance {@code binary_crossentropy} or {@code mse}
   * @return the loss
   * @throws IllegalArgumentException if there is none
   */
  static Loss ofName(String name) {
    return switch (name) {
      case "mse" -> meanSquaredError();
      case "mae" -> meanAbsoluteError();
      case "huber" -> huber(1);
      default -> {
        for (Kind k : Kind.values()) {
          if (KerasLoss.of(k).name().equals(name)) {
            yield KerasLoss.of(k);
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
   * Restores a loss from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the loss
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Loss fromConfig(Config config) {
    if (config.className().equals(FormulaLoss.CLASS_NAME)) {
      return FormulaLoss.restored(config);
    }
    return KerasLoss.restored(config)
        .orElseThrow(
            () -> new IllegalArgumentException("loss " + config.className() + " is not known"));
  }
}
