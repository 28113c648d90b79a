package convlstm4j.layer;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.op.Activation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Layers from and to Keras's configs. */
public final class Layers {
  private static final Map<String, Function<Config, Layer>> KINDS = new TreeMap<>();

  static {
    KINDS.put("Activation", ActivationLayer::fromConfig);
    KINDS.put("Add", Add::fromConfig);
    KINDS.put("Average", Average::fromConfig);
    KINDS.put("AveragePooling2D", AveragePooling2D::fromConfig);
    KINDS.put("AveragePooling3D", AveragePooling3D::fromConfig);
    KINDS.put("BatchNormalization", BatchNormalization::fromConfig);
    KINDS.put("Bidirectional", Bidirectional::fromConfig);
    KINDS.put("Concatenate", Concatenate::fromConfig);
    KINDS.put("Conv2D", Conv2D::fromConfig);
    KINDS.put("Conv3D", Conv3D::fromConfig);
    KINDS.put("ConvLSTM2D", ConvLSTM2D::fromConfig);
    KINDS.put("Dense", Dense::fromConfig);
    KINDS.put("Dropout", Dropout::fromConfig);
    KINDS.put("Flatten", Flatten::fromConfig);
    KINDS.put("GlobalAveragePooling2D", GlobalAveragePooling2D::fromConfig);
    KINDS.put("GlobalAveragePooling3D", GlobalAveragePooling3D::fromConfig);
    KINDS.put("LSTM", LSTM::fromConfig);
    KINDS.put("MaxPooling2D", MaxPooling2D::fromConfig);
    KINDS.put("MaxPooling3D", MaxPooling3D::fromConfig);
    KINDS.put("Multiply", Multiply::fromConfig);
    KINDS.put("Permute", Permute::fromConfig);
    KINDS.put("Reshape", Reshape::fromConfig);
    KINDS.put("TimeDistributed", TimeDistributed::fromConfig);
  }

  /** Keras's layers that are one function; written they are {@code Activation}. */
  private static final Map<String, Function<Config, Layer>> FUNCTIONS =
      Map.of(
          "ELU",
          c -> new ActivationLayer(Activation.elu(c.real("alpha", 1))),
          "LeakyReLU",
          c -> new ActivationLayer(Activation.leakyRelu(c.realOf("negative_slope", "alpha", 0.3))),
          "ReLU",
          Layers::relu,
          "Softmax",
          Layers::softmax);

  private Layers() {}

  private static Layer relu(Config c) {
    c.only("max_value", null);
    double slope = c.real("negative_slope", 0);
    if (c.real("threshold", 0) != 0) {
      throw c.wrong("threshold", "only 0 is supported");
    }
    return new ActivationLayer(slope == 0 ? Activation.RELU : Activation.leakyRelu(slope));
  }

  private static Layer softmax(Config c) {
    if (c.integer("axis", -1) != -1) {
      throw c.wrong("axis", "only -1 is supported");
    }
    return new ActivationLayer(Activation.SOFTMAX);
  }

  /**
   * Builds a layer from its config. Keys that change nothing here ({@code dtype}, {@code unroll},
   * {@code seed} and the like) are ignored; {@code name} and {@code trainable} are heeded.
   *
   * @param className Keras's name of the kind
   * @param config Keras's {@code get_config}: strings, numbers, booleans, lists, maps, null
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @return a new layer
   * @throws IllegalArgumentException for a kind, option or value that there is not; the message
   *     names layer, key and value
   */
  public static Layer fromConfig(
      String className, Map<String, Object> config, KerasVersion version) {
    return fromConfig(className, config, version, CustomLayers.none());
  }

  /**
   * Builds a layer from its config, which may be of a kind of the user's own.
   *
   * @param className Keras's name of the kind
   * @param config Keras's {@code get_config}: strings, numbers, booleans, lists, maps, null
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param custom the user's kinds, which come before those of this library
   * @return a new layer
   * @throws IllegalArgumentException for a kind, option or value that there is not; the message
   *     names layer, key and value
   */
  public static Layer fromConfig(
      String className, Map<String, Object> config, KerasVersion version, CustomLayers custom) {
    Config c = new Config(className, config, version, custom);
    Layer layer = custom.make(className, config);
    if (layer == null) {
      Function<Config, Layer> kind = KINDS.getOrDefault(className, FUNCTIONS.get(className));
      if (kind == null) {
        throw new IllegalArgumentException(unknown(className, config.get("name")));
      }
      layer = kind.apply(c);
      c.finish();
    }
    if (config.get("name") != null) {
      layer.named(config.get("name").toString());
    }
    return layer.trainable(c.bool("trainable", true));
  }

  /**
   * The kinds of layers that there are, by which they are written; {@code ReLU} and the like, which
   * are read as {@code Activation}, are not among them.
   *
   * @return Keras's names, sorted
   */
  public static Set<String> kinds() {
    return Collections.unmodifiableSet(KINDS.keySet());
  }

  private static String unknown(String className, Object name) {
    return (name == null ? "a layer" : "layer \"" + name + "\"")
        + " is of the kind "
        + className
        + (className.equals("Lambda")
            ? ", which is Python code and is never run"
            : ", which there is not here")
        + "; register a layer of your own for it (CustomLayers; --classpath JAR), or leave the layer"
        + " out by name (skipLayer; --skip-layer NAME)";
  }

  /**
   * A layer in Keras's form, name and {@code trainable} included.
   *
   * @param layer the layer
   * @return {@code {"class_name": .., "config": {..}}}
   * @throws IllegalArgumentException if the layer has something that Keras's form cannot say, such
   *     as an initialiser of the user's own
   */
  public static Map<String, Object> toKeras(Layer layer) {
    Map<String, Object> config = new LinkedHashMap<>();
    if (layer.name() != null) {
      config.put("name", layer.name());
    }
    config.put("trainable", layer.isTrainableAlone());
    config.putAll(layer.config());
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", layer.kerasClass());
    form.put("config", config);
    return form;
  }

  /**
   * Reads what {@link #toKeras} writes.
   *
   * @param form {@code {"class_name": .., "config": {..}}}; further options of this library's own
   *     may stand beside them under {@code "convlstm4j"}, where Keras overlooks them
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param custom the user's kinds
   * @return a new layer
   * @throws IllegalArgumentException if it has another form, or for a kind, option or value that
   *     there is not
   */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  public static Layer fromKeras(
      Map<String, Object> form, KerasVersion version, CustomLayers custom) {
    if (form.get("class_name") instanceof String name
        && form.get("config") instanceof Map<?, ?> config) {
      Map<String, Object> all = new LinkedHashMap<>((Map<String, Object>) config);
      if (form.get("convlstm4j") instanceof Map<?, ?> own) {
        all.putAll((Map<String, Object>) own);
      }
      return fromConfig(name, all, version, custom);
    }
    throw new IllegalArgumentException(
        "expected a layer {\"class_name\": .., \"config\": {..}}, got " + form);
  }

  /**
   * A network in Keras's form: the config of a {@code Functional} model but for the model's own
   * {@code name} and {@code trainable}.
   *
   * @param network the network
   * @return {@code {"layers": [..], "input_layers": [..], "output_layers": [..]}}, calls in the
   *     list form
   * @throws IllegalArgumentException if a layer has something that Keras's form cannot say; the
   *     message names the layer
   */
  public static Map<String, Object> toKeras(Network network) {
    return NetworkForm.functional(network);
  }
}
