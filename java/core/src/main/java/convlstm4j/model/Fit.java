package convlstm4j.model;

import convlstm4j.data.Dataset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long and how a model is trained: an immutable value, each method returns a new one.
 *
 * <pre>{@code
 * var split = Data.of(x, y).batch(8).shuffle(1).split(0.2);
 * model.fit(
 *     split.train(),
 *     Fit.epochs(50)
 *         .validation(split.validation())
 *         .callbacks(new EarlyStopping("val_loss").patience(5).restoreBest(true)));
 * }</pre>
 */
public final class Fit {
  /** Key of class weights for every output. */
  static final String ALL = "";

  private final long epochs;
  private final boolean more;
  private final @Nullable Dataset validation;
  private final List<Callback> callbacks;
  private final Map<String, Map<Integer, Double>> classWeights;
  private final boolean quiet;

  private Fit(
      long epochs,
      boolean more,
      @Nullable Dataset validation,
      List<Callback> callbacks,
      Map<String, Map<Integer, Double>> classWeights,
      boolean quiet) {
    if (epochs < 0) {
      throw new IllegalArgumentException("epochs=" + epochs + ", must be at least 0");
    }
    this.epochs = epochs;
    this.more = more;
    this.validation = validation;
    this.callbacks = callbacks;
    this.classWeights = classWeights;
    this.quiet = quiet;
  }

  /**
   * Trains until so many epochs are done since the model was compiled: what a restored model has
   * done counts, as with Keras's {@code epochs} and {@code initial_epoch}. A model that has done
   * them all is not trained further.
   *
   * @param total epochs in all
   * @return the options
   */
  public static Fit epochs(long total) {
    return new Fit(total, false, null, List.of(), Map.of(), false);
  }

  /**
   * Trains for so many epochs beyond those that are done, as a second call of Keras's {@code fit}
   * does. An epoch in progress counts as one of them.
   *
   * @param further epochs
   * @return the options
   */
  public static Fit moreEpochs(long further) {
    return new Fit(further, true, null, List.of(), Map.of(), false);
  }

  /**
   * Evaluates the model on other data after each epoch.
   *
   * @param data not to be trained on
   * @return new options
   */
  public Fit validation(Dataset data) {
    return new Fit(epochs, more, data, callbacks, classWeights, quiet);
  }

  /**
   * Adds callbacks.
   *
   * @param added in the order in which they are called
   * @return new options
   */
  public Fit callbacks(Callback... added) {
    List<Callback> all = new ArrayList<>(callbacks);
    all.addAll(List.of(added));
    return new Fit(epochs, more, validation, List.copyOf(all), classWeights, quiet);
  }

  /**
   * Weights positions by the class of their target, for every output that has no class weights of
   * its own. The class is the target rounded where the target has one value per position, else the
   * place of the largest. The weights multiply the sample weights; they do not act on validation.
   *
   * @param weights by class; a class that is not listed has 1
   * @return new options
   */
  public Fit classWeights(Map<Integer, Double> weights) {
    return classWeights(ALL, weights);
  }

  /**
   * Weights positions of one output by the class of their target.
   *
   * @param output name of the output
   * @param weights by class; a class that is not listed has 1
   * @return new options
   * @throws IllegalArgumentException if a weight is negative or not finite
   */
  public Fit classWeights(String output, Map<Integer, Double> weights) {
    weights.forEach(
        (c, w) -> {
          if (!(w >= 0 && Double.isFinite(w))) {
            throw new IllegalArgumentException(
                "weight of class " + c + " is " + w + ", must be finite and at least 0");
          }
        });
    Map<String, Map<Integer, Double>> all = new LinkedHashMap<>(classWeights);
    all.put(output, Map.copyOf(weights));
    return new Fit(epochs, more, validation, callbacks, all, quiet);
  }

  /**
   * Shows nothing by itself. Otherwise losses and metrics of epochs are shown where the program
   * runs on a terminal, unless a callback is a {@link ProgressLog}.
   *
   * @return new options
   */
  public Fit quiet() {
    return new Fit(epochs, more, validation, callbacks, classWeights, true);
  }

  long target(Progress progress) {
    return more ? progress.epoch() + epochs : epochs;
  }

  /** Null for none. */
  @Nullable Dataset validation() {
    return validation;
  }

  List<Callback> callbacks() {
    return callbacks;
  }

  Map<String, Map<Integer, Double>> classWeights() {
    return classWeights;
  }

  boolean isQuiet() {
    return quiet;
  }
}
