package convlstm4j.layer;

import convlstm4j.graph.Layer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Layers from and to Keras's configs. */
public final class Layers {
  private static final Map<String, Function<Config, Layer>> KINDS = new TreeMap<>();

  static {
    KINDS.put("Activation", ActivationLayer::fromConfig);
    KINDS.put("Add", Add::fromConfig);
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
    KINDS.put("Permute", Permute::fromConfig);
    KINDS.put("Reshape", Reshape::fromConfig);
    KINDS.put("TimeDistributed", TimeDistributed::fromConfig);
  }

  private Layers() {}

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
    Function<Config, Layer> kind = KINDS.get(className);
    if (kind == null) {
      throw new IllegalArgumentException(
          "layer kind \"" + className + "\" is not supported; there are " + KINDS.keySet());
    }
    Config c = new Config(className, config, version);
    Layer layer = kind.apply(c);
    c.finish();
    if (config.get("name") != null) {
      layer.named(config.get("name").toString());
    }
    return layer.trainable(c.bool("trainable", true));
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

  /** Reads what {@link #toKeras} writes. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  static Layer fromKeras(Map<String, Object> form, KerasVersion version) {
    if (form.get("class_name") instanceof String name
        && form.get("config") instanceof Map<?, ?> config) {
      return fromConfig(name, (Map<String, Object>) config, version);
    }
    throw new IllegalArgumentException(
        "expected a layer {\"class_name\": .., \"config\": {..}}, got " + form);
  }
}
