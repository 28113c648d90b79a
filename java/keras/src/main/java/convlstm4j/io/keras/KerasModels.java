package convlstm4j.io.keras;

import convlstm4j.data.InputForm;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.WeightTransfer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Models from and to files of Keras: {@code .h5} of Keras 2.2 to 2.15 and 3, {@code .keras} of
 * Keras 2.12 and later. Where Keras 2 and 3 differ, a model computes what the version computed that
 * wrote it.
 *
 * <table>
 * <caption>What is taken</caption>
 * <tr><th></th><th>{@code .h5} of Keras 2</th><th>{@code .h5} of Keras 3</th><th>{@code .keras}</th></tr>
 * <tr><td>every layer of {@code convlstm4j.layer}, models inside models, shared layers, states and
 *     masks</td><td>yes</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@code hard_sigmoid}, batch statistics in {@code TimeDistributed}</td>
 *     <td>Keras 2's</td><td>Keras 3's</td><td>by its {@code keras_version}</td></tr>
 * <tr><td>SGD, Adam, AdamW, RMSprop with their state, losses, metrics</td>
 *     <td>yes</td><td>yes</td><td>yes</td></tr>
 * <tr><td>the user's layers and metrics</td><td colspan="3">by {@link KerasOptions}</td></tr>
 * <tr><td>written</td><td>as Keras 2.11, see {@link KerasOptions#h5}</td><td>as Keras 3.8</td>
 *     <td>as Keras 3.8</td></tr>
 * </table>
 *
 * <p>The page {@code docs/from-keras.md} has it layer by layer. A file is taken whole or refused
 * with a {@link KerasException} that says which, where and why, before memory is taken for what it
 * asks for. No class is made by a name in a file; Python code in a {@code Lambda} layer is refused.
 */
public final class KerasModels {
  private KerasModels() {}

  /**
   * Loads a model with its weights. If it was compiled when it was saved, so is the one loaded, and
   * training goes on where it was; what of that there is not here is said in the log.
   *
   * @param path an {@code .h5} or {@code .keras} file; what it is, its first bytes say
   * @return the model, to be closed
   * @throws KerasException if the file is absent, damaged, or has something that there is not here
   */
  public static Model load(Path path) {
    return load(path, KerasOptions.defaults());
  }

  /**
   * Loads a model with its weights.
   *
   * @param path an {@code .h5} or {@code .keras} file; what it is, its first bytes say
   * @param options the user's layers, layers to skip, the backend
   * @return the model, to be closed
   * @throws KerasException if the file is absent, damaged, or has something that there is not here
   */
  public static Model load(Path path, KerasOptions options) {
    KerasFile file = KerasFile.open(path);
    Network network = network(file, options);
    WeightPlan plan = WeightPlan.byName(file, network, options);
    Model model = Model.of(network).dtype(plan.dtype());
    if (file.model().get("config") instanceof Map<?, ?> c && c.get("name") instanceof String name) {
      model.named(name);
    }
    try {
      options.model().accept(model);
      plan.apply(model);
      setForms(file, model);
      train(file, model, plan, options);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static void setForms(KerasFile file, Model model) {
    if (!file.bytes().isEmpty()) {
      try {
        model.inputForms(
            InputForm.fromConfigs(
                file.bytes().get(KerasFile.INPUTS), model.network().inputs().size()));
      } catch (IllegalArgumentException e) {
        throw new KerasException(file.file(), KerasFile.BYTES + ": " + e.getMessage(), e);
      }
    }
  }

  /** Compiles the model as it was when it was saved, as far as that can be. */
  private static void train(KerasFile file, Model model, WeightPlan plan, KerasOptions options) {
    if (model.compilation().isPresent()) {
      return; // by the caller's options
    }
    Consumer<String> notes = options.notesOf(file.file());
    Optional<Compile> compile =
        TrainingReader.read(file, model.network(), options.customMetrics(), notes);
    if (compile.isEmpty()) {
      return;
    }
    try {
      model.compile(compile.get());
    } catch (IllegalArgumentException e) {
      notes.accept("the model is not compiled: " + e.getMessage());
      return;
    }
    if (options.training()) {
      OptimizerState.restore(file, model, plan.trained(), notes);
    }
  }

  static Network network(KerasFile file, KerasOptions options) {
    if (!file.hasModel()) {
      throw new KerasException(
          file.file(),
          "holds weights only, no model; build the model and use KerasModels.loadWeights");
    }
    try {
      return Architecture.read(file.model(), options.reading(file));
    } catch (ArchitectureException e) {
      throw new KerasException(file.file(), String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Loads weights into a model that is there, from a file of weights only or of a model. As in
   * Keras, layers with weights are taken in their order, whatever their names; numbers and shapes
   * must agree. Weights that training was on do not matter, nor does the Keras version.
   *
   * @param model what is loaded into; as before if the file is refused
   * @param path an {@code .h5}, {@code .weights.h5} or {@code .keras} file
   * @throws KerasException if the file is absent, damaged, or does not fit the model
   */
  public static void loadWeights(Model model, Path path) {
    loadWeights(model, path, KerasOptions.defaults());
  }

  /**
   * Loads weights into a model that is there.
   *
   * @param model what is loaded into; as before if the file is refused
   * @param path an {@code .h5}, {@code .weights.h5} or {@code .keras} file
   * @param options layers to skip, by their names in the file or in the model
   * @throws KerasException if the file is absent, damaged, or does not fit the model
   */
  public static void loadWeights(Model model, Path path, KerasOptions options) {
    WeightPlan.byOrder(KerasFile.open(path), model.network(), options).apply(model);
  }

  /**
   * The weights of a file, to be taken into another model by {@link WeightTransfer}.
   *
   * @param path an {@code .h5}, {@code .weights.h5} or {@code .keras} file
   * @param model what they are for: a {@code .weights.h5} file knows classes of layers and their
   *     order, so these are named after the model's
   * @param options layers that need not be there
   * @return the file's layers with weights, in their order
   * @throws KerasException if the file is absent or damaged
   */
  public static List<WeightTransfer.Source> layerWeights(
      Path path, Model model, KerasOptions options) {
    KerasFile file = KerasFile.open(path);
    return LayerWeights.of(file, model.network(), options).stream()
        .map(
            a ->
                new WeightTransfer.Source(
                    a.layer(),
                    file.kind() == KerasFile.Kind.H5,
                    a.arrays().stream()
                        .map(
                            n ->
                                new WeightTransfer.Array(
                                    n.name(),
                                    n.data().shape(),
                                    () ->
                                        n.data()
                                            .read(
                                                n.data().isDouble()
                                                    ? DType.FLOAT64
                                                    : DType.FLOAT32)))
                        .toList()))
        .toList();
  }

  /**
   * Saves a model so that every Keras 3 loads it, but for what a note says. An {@code .h5} that
   * Keras 2 loads is written with {@link KerasOptions#h5}. From a {@code .keras} file Keras goes on
   * with training; from an {@code .h5} every Keras 3 begins the optimiser anew.
   *
   * @param model what is saved
   * @param path the file to make or replace, ending in {@code .h5} or {@code .keras}
   * @throws KerasException if the path ends otherwise, or the model has what Keras has not, such as
   *     peepholes
   * @throws UncheckedIOException if it cannot be written; a file that was there is as before
   */
  public static void save(Model model, Path path) {
    save(model, path, KerasOptions.defaults());
  }

  /**
   * Saves a model so that Keras loads it.
   *
   * @param model what is saved
   * @param path the file to make or replace, ending in {@code .h5} or {@code .keras}
   * @param options which Keras an {@code .h5} is for, and who is told where that Keras computes
   *     something else
   * @throws KerasException if the path ends otherwise, or the model has what Keras has not, such as
   *     peepholes
   * @throws UncheckedIOException if it cannot be written; a file that was there is as before
   */
  public static void save(Model model, Path path, KerasOptions options) {
    String file = path.toString();
    boolean h5 = file.endsWith(KerasFile.Kind.H5.ending());
    if (file.endsWith(KerasFile.Kind.WEIGHTS_H5.ending())
        || (!h5 && !file.endsWith(KerasFile.Kind.KERAS.ending()))) {
      throw new KerasException(file, "a model is saved as .h5 or .keras, as its ending says");
    }
    try {
      KerasWriter writer = new KerasWriter(model, options.notesOf(file));
      if (h5) {
        writer.h5(path, options.h5());
      } else {
        writer.keras(path);
      }
    } catch (IllegalArgumentException e) {
      throw new KerasException(file, "cannot be saved: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Says what a file holds without making a model of it: the Keras that wrote it, layers, shapes,
   * numbers of weights, and everything that cannot be taken, with the reason.
   *
   * @param path an {@code .h5}, {@code .weights.h5} or {@code .keras} file
   * @param options the user's layers
   * @return the description
   * @throws KerasException if the file is absent, damaged, or none of Keras's
   */
  public static KerasDescription describe(Path path, KerasOptions options) {
    return Describer.describe(KerasFile.open(path), options);
  }

  /**
   * Says what an architecture in Keras's JSON holds, as {@link #describe(Path, KerasOptions)} does
   * of a file.
   *
   * @param file where it comes from, for the text
   * @param kind what that is
   * @param json the architecture
   * @param weights shapes of weights that come with it, by {@code layer/weight}; empty for none
   * @param options the user's layers
   * @return the description
   * @throws KerasException if it is no JSON
   */
  public static KerasDescription describe(
      String file, String kind, String json, Map<String, Shape> weights, KerasOptions options) {
    return Describer.describe(file, kind, json, weights, options);
  }

  /**
   * Whether {@link #load} is who knows about a file: it is HDF5 or a zip by its first bytes, or a
   * model in another form, such as a SavedModel folder, of which load says what it is.
   *
   * @param path a file or folder that may be anything
   * @return false also if it cannot be read
   */
  public static boolean isKerasFile(Path path) {
    return KerasFile.isOne(path);
  }
}
