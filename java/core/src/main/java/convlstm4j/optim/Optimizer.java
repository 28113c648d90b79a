package convlstm4j.optim;

import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.op.Op;
import convlstm4j.option.Config;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How weights follow from gradients: Keras 3's formulas and defaults. An optimiser is a plain
 * value; what it remembers from step to step (moments) belongs to the model that is trained. A
 * value out of range is refused with an {@link IllegalArgumentException}.
 *
 * <p>{@code weightDecay} and the clips return an {@code Optimizer}, so they come last: {@code new
 * Adam(1e-3).beta1(0.8).clipNorm(1)}.
 */
public sealed interface Optimizer permits SGD, Adam, AdamW, RMSprop, FormulaOptimizer {
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
   * The op's input {@code rate}.
   *
   * @param rate learning rate of the step
   * @param step number of updates done before, from 0
   * @return the numbers
   */
  double[] rates(double rate, long step);

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
   * An optimiser by Keras's name, with Keras's options.
   *
   * @param name {@code sgd}, {@code adam}, {@code adamw} or {@code rmsprop}
   * @return the optimiser
   * @throws IllegalArgumentException if there is none
   */
  static Optimizer ofName(String name) {
    return switch (name) {
      case "sgd" -> new SGD();
      case "adam" -> new Adam();
      case "adamw" -> new AdamW();
      case "rmsprop" -> new RMSprop();
      default ->
          throw new IllegalArgumentException(
              "optimizer \"" + name + "\" is not known; expected sgd, adam, adamw or rmsprop");
    };
  }

  /**
   * Restores an optimiser from its options.
   *
   * @param config as {@link #config()} gives it
   * @return the optimiser
   * @throws IllegalArgumentException if it is of no known kind or an option is wrong
   */
  static Optimizer fromConfig(Config config) {
    Set<String> keys =
        new HashSet<>(
            Set.of(
                "name",
                "learning_rate",
                "weight_decay",
                "clipvalue",
                "clipnorm",
                "global_clipnorm"));
    return switch (config.className()) {
      case "SGD" -> {
        keys.addAll(Set.of("momentum", "nesterov"));
        config.allow(keys);
        yield new SGD(
            Common.read(config, SGD.LEARNING_RATE, 0),
            config.number("momentum", 0),
            config.flag("nesterov", false));
      }
      case "Adam", "AdamW" -> {
        keys.addAll(Set.of("beta_1", "beta_2", "epsilon"));
        config.allow(keys);
        boolean w = config.className().equals("AdamW");
        Adam adam =
            new Adam(
                Common.read(
                    config,
                    Adam.LEARNING_RATE,
                    w && !config.values().containsKey("weight_decay") ? AdamW.WEIGHT_DECAY : 0),
                config.number("beta_1", Adam.BETA_1),
                config.number("beta_2", Adam.BETA_2),
                config.number("epsilon", Adam.EPSILON));
        yield w ? new AdamW(adam) : adam;
      }
      case "RMSprop" -> {
        keys.addAll(Set.of("rho", "momentum", "epsilon", "centered"));
        config.allow(keys);
        yield new RMSprop(
            Common.read(config, RMSprop.LEARNING_RATE, 0),
            config.number("rho", RMSprop.RHO),
            config.number("momentum", 0),
            config.number("epsilon", RMSprop.EPSILON),
            config.flag("centered", false));
      }
      case FormulaOptimizer.CLASS_NAME -> FormulaOptimizer.read(config, keys);
      default ->
          throw new IllegalArgumentException(
              "optimizer "
                  + config.className()
                  + " is not known; expected SGD, Adam, AdamW, RMSprop");
    };
  }
}
