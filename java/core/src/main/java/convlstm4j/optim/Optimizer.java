package convlstm4j.optim;

import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.op.Op;
import convlstm4j.option.Config;
import java.util.List;

/**
 * How weights follow from gradients: Keras 3's formulas and defaults. An optimiser is a plain
 * value; what it remembers from step to step (moments) belongs to the model that is trained. A
 * value out of range is refused with an {@link IllegalArgumentException}.
 *
 * <p>{@code weightDecay}, the clips, {@code useEma} and {@code gradientAccumulationSteps} return an
 * {@code Optimizer}, so they come last: {@code new Adam(1e-3).beta1(0.8).clipNorm(1)}.
 */
public sealed interface Optimizer
    permits SGD, Adam, AdamW, RMSprop, FormulaOptimizer, PointwiseOptimizer {
  /**
   * The options that all optimisers have.
   *
   * @return learning rate, decay, limits
   */
  Common common();

  /**
   * The same optimiser with other common options.
   *
   * @param newCommon learning rate, decay, limits
   * @return a new optimiser
   */
  Optimizer common(Common newCommon);

  /**
   * The update of all weights in one step.
   *
   * @param count number of weights
   * @return the op; its inputs are {@code rate}, the weights, the gradients, the {@link #slots()}
   */
  Op update(int count);

  /**
   * What is remembered for each weight.
   *
   * @return names, in the order of the op's inputs
   */
  List<String> slots();

  /**
   * What each element of a slot is before the first step.
   *
   * @param slot one of {@link #slots()}
   * @return by default 0
   */
  default double initial(String slot) {
    return 0;
  }

  /**
   * The op's input {@code rate}, which may have more numbers after these.
   *
   * @param rate learning rate of the step
   * @param step number of updates done before, from 0
   * @return the numbers; by default the learning rate alone
   */
  default double[] rates(double rate, long step) {
    return new double[] {rate};
  }

  /**
   * The options, to be saved.
   *
   * @return Keras's class name and options
   */
  Config config();

  /**
   * Decoupled weight decay: {@code w -= rate decay w} before each update.
   *
   * @param decay at least 0
   * @return a new optimiser
   */
  default Optimizer weightDecay(double decay) {
    return common(common().withWeightDecay(decay));
  }

  /**
   * Limits every element of the gradients to {@code [-limit, limit]}.
   *
   * @param limit above 0
   * @return a new optimiser
   * @throws IllegalArgumentException if another limit is set
   */
  default Optimizer clipValue(double limit) {
    return common(common().withClip(Mode.VALUE, limit));
  }

  /**
   * Limits the Euclidean norm of each weight's gradient.
   *
   * @param limit above 0
   * @return a new optimiser
   * @throws IllegalArgumentException if another limit is set
   */
  default Optimizer clipNorm(double limit) {
    return common(common().withClip(Mode.NORM, limit));
  }

  /**
   * Limits the Euclidean norm of all gradients together.
   *
   * @param limit above 0
   * @return a new optimiser
   * @throws IllegalArgumentException if another limit is set
   */
  default Optimizer globalClipNorm(double limit) {
    return common(common().withClip(Mode.GLOBAL_NORM, limit));
  }

  /**
   * Keeps a moving average of the weights, which takes their place at the end of {@code fit}.
   *
   * @param momentum 0 to 1; Keras's default is 0.99
   * @return a new optimiser
   */
  default Optimizer useEma(double momentum) {
    return useEma(new Averaging(momentum, 0));
  }

  /**
   * Keeps a moving average of the weights.
   *
   * @param averaging how, and when it takes the weights' place
   * @return a new optimiser
   */
  default Optimizer useEma(Averaging averaging) {
    return common(common().withAveraging(averaging));
  }

  /**
   * Updates the weights only after every so many steps, by the mean of the steps' gradients.
   *
   * @param steps at least 1
   * @return a new optimiser
   */
  default Optimizer gradientAccumulationSteps(int steps) {
    return common(common().withAccumulation(steps));
  }

  /**
   * An optimiser by Keras's name, with Keras's options.
   *
   * @param name one of {@link #names()} in small letters, as {@code adamw}
   * @return the optimiser
   * @throws IllegalArgumentException if there is none
   */
  static Optimizer ofName(String name) {
    return Known.ofName(name);
  }

  /**
   * Keras's optimisers that there are here.
   *
   * @return the names of their classes, as {@code Adam}
   */
  static List<String> names() {
    return Known.classes();
  }

  /**
   * Restores an optimiser from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the optimiser
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Optimizer fromConfig(Config config) {
    return Known.of(config);
  }
}
