package convlstm4j.layer;

import convlstm4j.config.KerasObject;
import convlstm4j.graph.Layer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The user's own kinds of layers, by which models that have them are read. An immutable value. What
 * a file names is looked up here and never taken for the name of a class:
 *
 * <pre>
 * CustomLayers.none().with("Scale", config -&gt; new Scale(((Number) config.get("factor")).doubleValue()))
 * </pre>
 */
public final class CustomLayers {
  private static final CustomLayers NONE = new CustomLayers(Map.of());

  private final Map<String, Function<Map<String, Object>, Layer>> kinds;

  private CustomLayers(Map<String, Function<Map<String, Object>, Layer>> kinds) {
    this.kinds = kinds;
  }

  /**
   * No kind.
   *
   * @return the empty registry
   */
  public static CustomLayers none() {
    return NONE;
  }

  /**
   * Registers a kind. It may be one of Keras's, which is then read as the user says.
   *
   * @param className what the file calls the kind: {@code Scale} for {@code my_package>Scale} too,
   *     or with the package that Keras puts before it, {@code my_package>Dense}, where Keras's own
   *     {@code Dense} is to stay Keras's
   * @param make makes a layer of its {@code get_config}; name and {@code trainable} are set
   *     afterwards
   * @return a new registry
   */
  public CustomLayers with(String className, Function<Map<String, Object>, Layer> make) {
    Map<String, Function<Map<String, Object>, Layer>> copy = new LinkedHashMap<>(kinds);
    copy.put(className, make);
    return new CustomLayers(copy);
  }

  /**
   * Both registries' kinds.
   *
   * @param other further kinds
   * @return a new registry
   * @throws IllegalArgumentException if both have a kind of one name
   */
  public CustomLayers and(CustomLayers other) {
    CustomLayers all = this;
    for (var e : other.kinds.entrySet()) {
      if (kinds.containsKey(e.getKey())) {
        throw new IllegalArgumentException("layer " + e.getKey() + " is registered twice");
      }
      all = all.with(e.getKey(), e.getValue());
    }
    return all;
  }

  /** A layer of a registered kind; empty if it is not registered. */
  Optional<Layer> make(KerasObject o) {
    String bare = o.className().substring(o.className().lastIndexOf('>') + 1);
    return Optional.ofNullable(kinds.getOrDefault(o.registeredName(), kinds.get(bare)))
        .map(maker -> maker.apply(Collections.unmodifiableMap(o.options())));
  }
}
