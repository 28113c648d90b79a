package convlstm4j.io.architecture;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Network;
import convlstm4j.layer.Layers;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network as Keras's model JSON and back, without the weights' values.
 *
 * <p>Written is a {@code Functional} model, its calls in Keras 2's form, which Keras 2 and 3 both
 * read:
 *
 * <pre>
 * {"class_name": "Functional", "keras_version": "3.0.0", "config": {"name": "model",
 *   "layers": [
 *     {"class_name": "InputLayer", "name": "video",
 *      "config": {"name": "video", "batch_shape": [null, null, 3, 40, 40], "dtype": "float32"},
 *      "inbound_nodes": []},
 *     {"class_name": "ConvLSTM2D", "name": "encoder", "config": {"name": "encoder", ...},
 *      "inbound_nodes": [[["video", 0, 0, {}]]]}, ...],
 *   "input_layers": [["video", 0, 0]], "output_layers": [["encoder", 0, 0]]}}
 * </pre>
 *
 * <p>{@code inbound_nodes} has one entry per call of the layer (several for a shared one), each a
 * list of {@code [layer, which call of it, which output, options]}. An initial state follows the
 * sequence as further entries: {@code [x, h, c]}; a mask is in the options of every entry: {@code
 * {"mask": ["m", 0, 0]}}. What Keras has no word for is written only where it is used: {@code
 * peephole}, {@code depth_multiplier} and {@code layer_normalization} of recurrent layers, {@code
 * pool_steps} of {@code TimeDistributed}, {@code hard_sigmoid_keras2} and {@code
 * hard_sigmoid_keras3}.
 *
 * <p>A model inside is a layer {@code Functional} or {@code Sequential} whose config is a model's.
 * Its calls count as Keras 3 counts them: from 0 in {@code inbound_nodes}, but from 1 in {@code
 * output_layers} if it is a {@code Functional}.
 *
 * <p>Read are, beside that, {@code Sequential} models, Keras 3's form of calls ({@code args} and
 * {@code kwargs} with {@code keras_history}) and Keras 2's counting of calls of models inside. A
 * constraint other than null and layers that this library lacks are refused.
 */
public final class Architecture {
  private Architecture() {}

  /**
   * Writes a network.
   *
   * @param network what to write
   * @return JSON
   * @throws ArchitectureException if a layer has something that Keras's form cannot say, such as an
   *     initialiser of the user's own
   */
  public static String toJson(Network network) {
    return toJson(network, "model");
  }

  /**
   * Writes a network.
   *
   * @param network what to write
   * @param name the model's name
   * @return JSON
   * @throws ArchitectureException if a layer has something that Keras's form cannot say, such as an
   *     initialiser of the user's own
   */
  public static String toJson(Network network, String name) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("name", name);
    config.put("trainable", true);
    try {
      config.putAll(Layers.toKeras(network));
    } catch (IllegalArgumentException e) {
      throw new ArchitectureException(String.valueOf(e.getMessage()), e);
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("class_name", "Functional");
    model.put("keras_version", "3.0.0");
    model.put("config", config);
    return Json.write(model);
  }

  /**
   * Counts calls of models inside models as Keras 2 does: from 1 in {@code inbound_nodes} and
   * {@code output_layers} alike.
   *
   * @param config a {@code Functional} model's config as {@link Layers#toKeras(Network)} gives it
   * @return a copy
   */
  public static Map<String, Object> countedAsKeras2(Map<String, Object> config) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) Keras2Calls.of(config)).forEach((k, v) -> copy.put(String.valueOf(k), v));
    return copy;
  }

  /**
   * Reads a model; where the JSON does not say who wrote it, it is taken as Keras 3's.
   *
   * @param json a model as JSON
   * @return a new network with new layers
   * @throws ArchitectureException if it is no JSON, or no model that there is here; the message
   *     says where
   */
  public static Network fromJson(String json) {
    return fromJson(json, KerasVersion.KERAS3);
  }

  /**
   * Reads a model.
   *
   * @param json a model as JSON
   * @param fallback whose meaning it has where Keras 2 and 3 differ, unless its {@code
   *     keras_version} says so
   * @return a new network with new layers
   * @throws ArchitectureException if it is no JSON, or no model that there is here; the message
   *     says where
   */
  public static Network fromJson(String json, KerasVersion fallback) {
    return fromJson(json, ReadOptions.of(fallback));
  }

  /**
   * Reads a model.
   *
   * @param json a model as JSON
   * @param options whose meaning it has, kinds of layers of the user's own, layers to leave out
   * @return a new network with new layers
   * @throws ArchitectureException if it is no JSON, or no model that there is here; the message
   *     says where
   */
  public static Network fromJson(String json, ReadOptions options) {
    return read(Json.read(json), options);
  }

  /**
   * Reads a model.
   *
   * @param json a model as {@link Json#read} gives it
   * @param options whose meaning it has, kinds of layers of the user's own, layers to leave out
   * @return a new network with new layers
   * @throws ArchitectureException if it is no model that there is here; the message says where
   */
  public static Network read(Object json, ReadOptions options) {
    Item model = Item.root(json);
    return new Reader(version(model, options.fallback()), options.once()).network(model);
  }

  static Network read(Object json, ReadOptions options, Survey survey) {
    Item model = Item.root(json);
    return new Reader(version(model, options.fallback()), options.once(), survey).network(model);
  }

  private static KerasVersion version(Item model, KerasVersion fallback) {
    Item version = model.get("keras_version");
    if (version.isNull()) {
      return fallback;
    }
    return version.string().matches("[012](\\..*)?") ? KerasVersion.KERAS2 : KerasVersion.KERAS3;
  }
}
