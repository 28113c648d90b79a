package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.io.architecture.ReadOptions;
import convlstm4j.layer.CustomLayers;
import convlstm4j.model.Model;
import convlstm4j.objective.CustomMetrics;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a Keras file is read and written. An immutable value, each method returns a new one:
 *
 * <pre>
 * KerasModels.load(path, KerasOptions.defaults()
 *     .customLayers(CustomLayers.none().with("Scale", config -&gt; new Scale(config)))
 *     .skipLayer("noise")
 *     .model(m -&gt; m.backend("reference")));
 * </pre>
 */
public final class KerasOptions {
  private static final Logger LOG = LoggerFactory.getLogger(KerasOptions.class);

  private final CustomLayers customLayers;
  private final CustomMetrics customMetrics;
  private final Set<String> skipped;
  private final Consumer<Model> model;
  private final Consumer<String> notes;
  private final KerasVersion h5;
  private final boolean training;

  private KerasOptions(
      CustomLayers customLayers,
      CustomMetrics customMetrics,
      Set<String> skipped,
      Consumer<Model> model,
      Consumer<String> notes,
      KerasVersion h5,
      boolean training) {
    this.customLayers = customLayers;
    this.customMetrics = customMetrics;
    this.skipped = skipped;
    this.model = model;
    this.notes = notes;
    this.h5 = h5;
    this.training = training;
  }

  /**
   * Nothing of the user's own, nothing left out, the default backend; notes are logged as warnings.
   *
   * @return the defaults
   */
  public static KerasOptions defaults() {
    return new KerasOptions(
        CustomLayers.none(),
        CustomMetrics.none(),
        Set.of(),
        m -> {},
        note -> LOG.warn("{}", note),
        KerasVersion.KERAS3,
        true);
  }

  /**
   * Gives the user's own kinds of layers.
   *
   * @param kinds the registry
   * @return new options
   */
  public KerasOptions customLayers(CustomLayers kinds) {
    return new KerasOptions(kinds, customMetrics, skipped, model, notes, h5, training);
  }

  /**
   * Gives the user's own kinds of metrics. Without them a file loads all the same: a metric that
   * there is not here is left out, and said so in the notes.
   *
   * @param kinds the registry
   * @return new options
   */
  public KerasOptions customMetrics(CustomMetrics kinds) {
    return new KerasOptions(customLayers, kinds, skipped, model, notes, h5, training);
  }

  /**
   * Allows that a layer is not taken from the file as it stands there; without this, a file is
   * taken whole or refused. A layer of a kind that there is not here is left out, what it is given
   * being given on. One that there is, but whose weights are absent or of other shapes, keeps its
   * initial weights; so does one that the file does not have. What was skipped is said in the
   * notes.
   *
   * @param name the layer's name
   * @return new options
   */
  public KerasOptions skipLayer(String name) {
    Set<String> more = new LinkedHashSet<>(skipped);
    more.add(name);
    return new KerasOptions(
        customLayers, customMetrics, Set.copyOf(more), model, notes, h5, training);
  }

  /**
   * Says what is done with the model before its weights are made, such as choosing its backend.
   *
   * @param action is given the model
   * @return new options
   */
  public KerasOptions model(Consumer<Model> action) {
    return new KerasOptions(customLayers, customMetrics, skipped, action, notes, h5, training);
  }

  /**
   * Says who is told what was not taken from the file, skipped layers, an optimiser that there is
   * not here, or what Keras will compute otherwise in a file that is written.
   *
   * @param listener is given one sentence for each
   * @return new options
   */
  public KerasOptions notes(Consumer<String> listener) {
    return new KerasOptions(customLayers, customMetrics, skipped, model, listener, h5, training);
  }

  /**
   * Says which generation of Keras an {@code .h5} file is written for: Keras 3, if this is not
   * called, or Keras 2, which a program on TensorFlow up to 2.15 needs. Neither reads all that the
   * other has; a {@code .keras} file is always one of Keras 3.
   *
   * @param version the generation
   * @return new options
   */
  public KerasOptions h5(KerasVersion version) {
    return new KerasOptions(customLayers, customMetrics, skipped, model, notes, version, training);
  }

  /**
   * Leaves in the file what only training needs: what the optimiser remembers, which is twice the
   * weights for Adam, and how far training had come. The model is compiled all the same, predicts
   * and evaluates with as much less memory; training it begins anew.
   *
   * @return new options
   */
  public KerasOptions withoutTraining() {
    return new KerasOptions(customLayers, customMetrics, skipped, model, notes, h5, false);
  }

  CustomLayers customLayers() {
    return customLayers;
  }

  CustomMetrics customMetrics() {
    return customMetrics;
  }

  boolean training() {
    return training;
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

  /** Takes notes about a file, each of which becomes one line. */
  Consumer<String> notesOf(String file) {
    return note -> notes.accept(Said.note(file, note));
  }

  KerasVersion h5() {
    return h5;
  }

  /** What a file's config is read with. */
  ReadOptions reading(KerasFile file) {
    return new ReadOptions(file.generation(), customLayers, skipped, notesOf(file.file()));
  }
}
