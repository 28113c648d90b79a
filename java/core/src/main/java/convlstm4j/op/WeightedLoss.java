package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * The loss of one output: {@code value = sum_s weight_s loss_s / S}, over the S positions s of all
 * axes but the last (Keras's {@code sum_over_batch_size}), {@code loss_s} from the last axis of K
 * values. Inputs: {@code prediction [.., K]}, {@code target} of the same shape ({@code [.., 1]}
 * class numbers for the sparse kind), {@code weight} of the prediction's shape without its last
 * axis, if there are any; else all are 1. Output: {@code value [1]}. Only the prediction has a
 * gradient.
 *
 * <p>With p the prediction, t the target, means and sums over the K values, as in Keras 3:
 *
 * <ul>
 *   <li>MEAN_SQUARED_ERROR {@code mean (p-t)^2}; MEAN_ABSOLUTE_ERROR {@code mean |p-t|}
 *   <li>HUBER {@code mean (e^2/2 if |e| <= delta else delta |e| - delta^2/2)}, {@code e = p-t}
 *   <li>BINARY_CROSSENTROPY {@code -mean (t log p + (1-t) log(1-p))}, p clipped to [1e-7, 1-1e-7];
 *       from logits z: {@code mean (max(z,0) - z t + log(1 + exp(-|z|)))}
 *   <li>CATEGORICAL_CROSSENTROPY {@code -sum t log p}, p divided by its sum, then clipped likewise;
 *       from logits: {@code -sum t log_softmax(z)}
 *   <li>SPARSE_CATEGORICAL_CROSSENTROPY the same with t = 1 at the class
 * </ul>
 *
 * <p>Where clipping acts, the gradient is 0. A position of weight 0 adds nothing and has no
 * gradient, whatever it holds (an ignored class number, a missing value). A class number outside 0
 * to K-1 makes a backend throw, or the value NaN where it cannot.
 *
 * @param kind which loss
 * @param fromLogits whether the prediction is before its sigmoid or softmax; cross-entropies only
 * @param delta where Huber's loss turns linear; above 0
 * @param labelSmoothing cross-entropies: {@code t (1-s) + s/2} (binary) or {@code t (1-s) + s/K}
 *     (categorical)
 * @param weighted whether there are weights
 */
public record WeightedLoss(
    Kind kind, boolean fromLogits, double delta, double labelSmoothing, boolean weighted)
    implements Op {
  /** Which loss. */
  public enum Kind {
    /** Mean squared error. */
    MEAN_SQUARED_ERROR,
    /** Mean absolute error. */
    MEAN_ABSOLUTE_ERROR,
    /** Huber's loss. */
    HUBER,
    /** Binary cross-entropy. */
    BINARY_CROSSENTROPY,
    /** Categorical cross-entropy with one-hot (or soft) targets. */
    CATEGORICAL_CROSSENTROPY,
    /** Categorical cross-entropy with class numbers as targets. */
    SPARSE_CATEGORICAL_CROSSENTROPY
  }

  /** The smallest probability that a cross-entropy sees: Keras's {@code backend.epsilon()}. */
  public static final double EPSILON = 1e-7;

  public WeightedLoss {
    Checks.that(delta > 0, "delta=" + delta + ", must be above 0");
    Checks.that(
        labelSmoothing >= 0 && labelSmoothing <= 1,
        "label_smoothing=" + labelSmoothing + ", must lie in [0, 1]");
  }

  /**
   * A loss with weights.
   *
   * @param kind which loss
   * @param fromLogits whether the prediction is before its sigmoid or softmax
   * @param delta where Huber's loss turns linear
   * @param labelSmoothing of cross-entropies
   */
  public WeightedLoss(Kind kind, boolean fromLogits, double delta, double labelSmoothing) {
    this(kind, fromLogits, delta, labelSmoothing, true);
  }

  /**
   * The same where all weights are 1, and none are given.
   *
   * @return a new value
   */
  public WeightedLoss unweighted() {
    return new WeightedLoss(kind, fromLogits, delta, labelSmoothing, false);
  }

  @Override
  public List<String> inputNames() {
    return weighted ? List.of("prediction", "target", "weight") : List.of("prediction", "target");
  }

  @Override
  public List<String> outputNames() {
    return List.of("value");
  }

  @Override
  public boolean differentiable(int input) {
    return input == 0;
  }

  /**
   * Shape that the target must have.
   *
   * @param prediction shape of the prediction, of rank 2 or more
   * @return the same, or with a last axis of 1 for class numbers
   */
  public Shape targetShape(Shape prediction) {
    return kind == Kind.SPARSE_CATEGORICAL_CROSSENTROPY ? prediction.with(-1, 1) : prediction;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape p = inputs.get(0);
    Checks.that(
        p.rank() >= 2,
        kind + ": prediction has shape " + p + ", expected rank 2 or more: [N, .., K]");
    Checks.fits(this, "target", inputs.get(1), targetShape(p), "[N, .., K] of the prediction");
    if (weighted) {
      Checks.fits(this, "weight", inputs.get(2), p.without(-1), "[N, ..] of the prediction");
    }
    return List.of(Shape.of(1));
  }
}
