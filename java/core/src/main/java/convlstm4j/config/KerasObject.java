package convlstm4j.config;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object in Keras's form, {@code {"module", "class_name", "config", "registered_name"}}, of
 * which Keras 2 writes class and config only. The class name alone does not say what it is: a user
 * may call a class {@code Dense}, and Keras has a layer and an operation {@code Add}.
 *
 * @param className what it is called
 * @param registeredName what it is called with the user's package, if it has one
 * @param options its config; empty if there is none
 * @param origin whose it is
 */
public record KerasObject(
    String className, String registeredName, Map<String, Object> options, Origin origin) {
  /** Whose class an object is of. */
  public enum Origin {
    /** Keras's. */
    KERAS,
    /** Keras's, but an operation on tensors rather than a layer. */
    OPERATION,
    /** The user's, or another library's. */
    OWN
  }

  /** First parts of the modules that are Keras, whatever it was called. */
  private static final Set<String> KERAS = Set.of("keras", "tf_keras", "keras_core", "tensorflow");

  /**
   * Reads the form.
   *
   * @param value a map with {@code class_name}; a name alone counts as an object without options
   * @return the object
   * @throws IllegalArgumentException if it has another form
   */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  public static KerasObject of(Object value) {
    if (value instanceof String name) {
      return new KerasObject(name, name, Map.of(), origin(name, null, null));
    }
    if (value instanceof Map<?, ?> form && form.get("class_name") instanceof String name) {
      return new KerasObject(
          name,
          form.get("registered_name") instanceof String registered ? registered : name,
          form.get("config") instanceof Map<?, ?> config
              ? (Map<String, Object>) config
              : Collections.emptyMap(),
          origin(name, form.get("module"), form.get("registered_name")));
    }
    throw new IllegalArgumentException("expected a name or {\"class_name\": .., \"config\": ..}");
  }

  private static Origin origin(
      String className, @Nullable Object module, @Nullable Object registered) {
    if (className.contains(">") || String.valueOf(registered).contains(">")) {
      return Origin.OWN; // @register_keras_serializable puts a package before the name
    }
    if (module == null) {
      return registered == null ? Origin.KERAS : Origin.OWN;
    }
    String path = module.toString();
    if (!KERAS.contains(path.split("\\.", 2)[0])) {
      return Origin.OWN;
    }
    return path.matches("\\w+(\\.src)?\\.ops(\\..*)?") ? Origin.OPERATION : Origin.KERAS;
  }

  /**
   * The same with other options.
   *
   * @param all the options
   * @return another object
   */
  public KerasObject with(Map<String, Object> all) {
    return new KerasObject(className, registeredName, all, origin);
  }
}
