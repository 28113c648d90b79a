package convlstm4j.io.checkpoint;

import convlstm4j.io.file.Printable;
import convlstm4j.layer.CustomLayers;
import convlstm4j.model.Model;
import convlstm4j.objective.CustomMetrics;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a checkpoint is read. An immutable value, each method returns a new one:
 *
 * <pre>
 * Checkpoint.load(path, CheckpointOptions.defaults()
 *     .customLayers(CustomLayers.none().with("Scale", config -&gt; new Scale(config)))
 *     .customMetrics(CustomMetrics.none().with("TopTwo", config -&gt; new TopTwo()))
 *     .model(m -&gt; m.backend("reference")));
 * </pre>
 */
public final class CheckpointOptions {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointOptions.class);

  private final CustomLayers customLayers;
  private final CustomMetrics customMetrics;
  private final Set<String> skipped;
  private final Consumer<Model> model;
  private final Consumer<String> notes;
  private final boolean training;

  private CheckpointOptions(
      CustomLayers customLayers,
      CustomMetrics customMetrics,
      Set<String> skipped,
      Consumer<Model> model,
      Consumer<String> notes,
      boolean training) {
    this.customLayers = customLayers;
    this.customMetrics = customMetrics;
    this.skipped = skipped;
    this.model = model;
    this.notes = notes;
    this.training = training;
  }

  /**
   * Nothing of the user's own, nothing left out, the default backend; notes are logged as warnings.
   *
   * @return the defaults
   */
  public static CheckpointOptions defaults() {
    return new CheckpointOptions(
        CustomLayers.none(),
        CustomMetrics.none(),
        Set.of(),
        m -> {},
        note -> LOG.warn("{}", Printable.line(note)),
        true);
  }

  /**
   * Gives the user's own kinds of layers.
   *
   * @param kinds the registry
   * @return new options
   */
  public CheckpointOptions customLayers(CustomLayers kinds) {
    return new CheckpointOptions(kinds, customMetrics, skipped, model, notes, training);
  }

  /**
   * Gives the user's own kinds of metrics. Without them a checkpoint loads all the same, predicts
   * and can be saved; only training and evaluation, which would measure them, refuse to begin.
   *
   * @param kinds the registry
   * @return new options
   */
  public CheckpointOptions customMetrics(CustomMetrics kinds) {
    return new CheckpointOptions(customLayers, kinds, skipped, model, notes, training);
  }

  /**
   * Allows that a layer of a kind that there is not here is left out, what it is given being given
   * on. It is then another model than the one saved: it takes the weights of the layers that there
   * are, and training starts anew. What was skipped is said in the notes.
   *
   * @param name the layer's name
   * @return new options
   */
  public CheckpointOptions skipLayer(String name) {
    Set<String> more = new LinkedHashSet<>(skipped);
    more.add(name);
    return new CheckpointOptions(
        customLayers, customMetrics, Set.copyOf(more), model, notes, training);
  }

  /**
   * Says what is done with the model before its weights are made, such as choosing its backend.
   *
   * @param action is given the model
   * @return new options
   */
  public CheckpointOptions model(Consumer<Model> action) {
    return new CheckpointOptions(customLayers, customMetrics, skipped, action, notes, training);
  }

  /**
   * Says who is told what was not taken from the file.
   *
   * @param listener is given one sentence for each
   * @return new options
   */
  public CheckpointOptions notes(Consumer<String> listener) {
    return new CheckpointOptions(customLayers, customMetrics, skipped, model, listener, training);
  }

  /**
   * Leaves in the file what only training needs: what the optimiser remembers, which is twice the
   * weights for Adam, progress, and what stateful layers and callbacks remember. The model predicts
   * and evaluates with as much less memory; training it begins anew.
   *
   * @return new options
   */
  public CheckpointOptions withoutTraining() {
    return new CheckpointOptions(customLayers, customMetrics, skipped, model, notes, false);
  }

  CustomLayers customLayers() {
    return customLayers;
  }

  CustomMetrics customMetrics() {
    return customMetrics;
  }

  Set<String> skipped() {
    return skipped;
  }

  Consumer<Model> model() {
    return model;
  }

  Consumer<String> notes() {
    return notes;
  }

  boolean training() {
    return training;
  }
}
