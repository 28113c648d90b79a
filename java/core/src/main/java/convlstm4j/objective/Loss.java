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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is made small. Its value is the sum of weighted losses over all positions (samples, and time
 * steps where there are), divided by the number of positions. One's own is a formula, {@link
 * #of(String, Formula)}, or a graph of arrays, {@link #of(String, Term)}: its gradient comes by
 * itself, and a checkpoint keeps it.
 */
public sealed interface Loss permits KerasLoss, KerasTermLoss, FormulaLoss, TermLoss, ReducedLoss {
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
   * @param weights of the positions, {@code [N, ..]}; empty where each is 1
   * @return the loss, {@code [1]}
   */
  Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights);

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
   * The mean logarithm of the hyperbolic cosine of the errors.
   *
   * @return the loss
   */
  static KerasTermLoss logCosh() {
    return KerasTermLoss.ofName("log_cosh").orElseThrow();
  }

  /**
   * The mean of {@code p - t log p}, for counts.
   *
   * @return the loss
   */
  static KerasTermLoss poisson() {
    return KerasTermLoss.ofName("poisson").orElseThrow();
  }

  /**
   * The Kullback-Leibler divergence of the prediction from the target, {@code sum t log(t/p)}.
   *
   * @return the loss
   */
  static KerasTermLoss klDivergence() {
    return KerasTermLoss.ofName("kl_divergence").orElseThrow();
  }

  /**
   * The mean of {@code max(1 - t p, 0)}, targets being -1 and 1 (or, in the whole batch, 0 and 1).
   *
   * @return the loss
   */
  static KerasTermLoss hinge() {
    return KerasTermLoss.ofName("hinge").orElseThrow();
  }

  /**
   * The mean of {@code max(1 - t p, 0)^2}, targets as for {@link #hinge()}.
   *
   * @return the loss
   */
  static KerasTermLoss squaredHinge() {
    return KerasTermLoss.ofName("squared_hinge").orElseThrow();
  }

  /**
   * {@code max(max((1-t) p) - sum t p + 1, 0)}, against one-hot targets.
   *
   * @return the loss
   */
  static KerasTermLoss categoricalHinge() {
    return KerasTermLoss.ofName("categorical_hinge").orElseThrow();
  }

  /**
   * The mean of {@code 100 |p-t| / |t|}.
   *
   * @return the loss
   */
  static KerasTermLoss meanAbsolutePercentageError() {
    return KerasTermLoss.ofName("mean_absolute_percentage_error").orElseThrow();
  }

  /**
   * The mean of {@code (log(1+p) - log(1+t))^2}.
   *
   * @return the loss
   */
  static KerasTermLoss meanSquaredLogarithmicError() {
    return KerasTermLoss.ofName("mean_squared_logarithmic_error").orElseThrow();
  }

  /**
   * The negative of the cosine between prediction and target along the last axis.
   *
   * @return the loss
   */
  static KerasTermLoss cosineSimilarity() {
    return KerasTermLoss.ofName("cosine_similarity").orElseThrow();
  }

  /**
   * One minus the Dice coefficient of the whole batch (Sudre et al. 2017, arXiv:1707.03237); option
   * {@code axis}, a list of axes to sum along.
   *
   * @return the loss
   */
  static KerasTermLoss dice() {
    return KerasTermLoss.ofName("dice").orElseThrow();
  }

  /**
   * One minus the Tversky index of the whole batch (Salehi et al. 2017, arXiv:1706.05721); options
   * {@code alpha}, {@code beta}, {@code axis}.
   *
   * @return the loss
   */
  static KerasTermLoss tversky() {
    return KerasTermLoss.ofName("tversky").orElseThrow();
  }

  /**
   * Binary cross-entropy that hard examples dominate (Lin et al. 2017, arXiv:1708.02002); options
   * {@code gamma}, {@code alpha}, {@code apply_class_balancing}, {@code from_logits}, {@code
   * label_smoothing}.
   *
   * @return the loss
   */
  static KerasTermLoss binaryFocalCrossentropy() {
    return KerasTermLoss.ofName("binary_focal_crossentropy").orElseThrow();
  }

  /**
   * Categorical cross-entropy that hard examples dominate (Lin et al. 2017, arXiv:1708.02002);
   * options {@code gamma}, {@code alpha}, {@code from_logits}, {@code label_smoothing}.
   *
   * @return the loss
   */
  static KerasTermLoss categoricalFocalCrossentropy() {
    return KerasTermLoss.ofName("categorical_focal_crossentropy").orElseThrow();
  }

  /**
   * A loss of one's own: a graph of arrays, from the prediction and the target to the losses of the
   * positions. A checkpoint keeps the graph.
   *
   * @param name what it is called
   * @param losses of the positions {@code [N, .., 1]}, or with sizes of 1 for those of more
   * @return the loss
   */
  static Loss of(String name, Term losses) {
    return new TermLoss(name, losses);
  }

  /**
   * The same loss with its positions put together otherwise.
   *
   * @param reduction how
   * @return a new loss
   * @throws IllegalArgumentException if it is {@link #dice()} or {@link #tversky()}, one number for
   *     many positions, and the reduction is another than sum_over_batch_size
   */
  default Loss reduction(Reduction reduction) {
    Loss own = this instanceof ReducedLoss r ? r.loss() : this;
    return reduction == Reduction.SUM_OVER_BATCH_SIZE ? own : new ReducedLoss(own, reduction);
  }

  /**
   * Keras's losses that there are here.
   *
   * @return the names of their functions, as {@code binary_crossentropy}
   */
  static List<String> names() {
    List<String> all = new ArrayList<>();
    for (Kind k : Kind.values()) {
      all.add(KerasLoss.of(k).name());
    }
    all.addAll(KerasTerms.names());
    return all;
  }

  /**
   * A loss by Keras's name, with default options.
   *
   * @param name one of {@link #names()}, or {@code mse}, {@code mae}, {@code mape}, {@code msle},
   *     {@code huber}
   * @return the loss
   * @throws IllegalArgumentException if there is none
   */
  static Loss ofName(String name) {
    String full =
        switch (name) {
          case "mse" -> "mean_squared_error";
          case "mae" -> "mean_absolute_error";
          case "mape" -> "mean_absolute_percentage_error";
          case "msle" -> "mean_squared_logarithmic_error";
          case "huber" -> "huber_loss";
          default -> name;
        };
    for (Kind k : Kind.values()) {
      if (KerasLoss.of(k).name().equals(full)) {
        return KerasLoss.of(k);
      }
    }
    return KerasTermLoss.ofName(full)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "loss \""
                        + name
                        + "\" is not known; expected mse, mae, mape, msle, huber, "
                        + String.join(
                            ", ",
                            names().stream()
                                .filter(n -> !n.startsWith("mean_") && !n.equals("huber_loss"))
                                .toList())));
  }

  /**
   * Restores a loss from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the loss
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Loss fromConfig(Config config) {
    Map<String, Object> options = new LinkedHashMap<>(config.values());
    options.remove(Reduction.KEY);
    return plain(new Config(config.className(), options)).reduction(Reduction.of(config));
  }

  private static Loss plain(Config config) {
    if (config.className().equals(FormulaLoss.CLASS_NAME)) {
      return FormulaLoss.restored(config);
    }
    if (config.className().equals(TermLoss.CLASS_NAME)) {
      return TermLoss.restored(config);
    }
    return KerasTermLoss.restored(config)
        .<Loss>map(loss -> loss)
        .or(() -> KerasLoss.restored(config))
        .orElseThrow(
            () -> new IllegalArgumentException("loss " + config.className() + " is not known"));
  }
}
