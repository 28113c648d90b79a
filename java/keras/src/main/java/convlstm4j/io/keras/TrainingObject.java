package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.optim.Optimizer;
import convlstm4j.option.Config;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loss, metric, optimiser or schedule as a file names it. Whose it is, the module and the
 * registered name decide: a user's own class is not taken for Keras's of that name.
 *
 * @param name of a class or a function of Keras's
 * @param isWord whether it stands there as a word or a function, without options
 * @param options of a class; may be changed
 */
record TrainingObject(String name, boolean isWord, Map<String, Object> options) {
  /** What Keras and its forks call themselves; their parts are below these. */
  private static final Set<String> MODULES =
      Set.of("keras", "keras_core", "tf_keras", "tensorflow.keras", "tensorflow.python.keras");

  /** The package of a class that is registered without one; optimisers of Keras 2.9 to 2.15 are. */
  private static final String CUSTOM = "Custom";

  private static final Set<String> CUSTOM_KERAS2 = Set.copyOf(Optimizer.names());

  /**
   * Reads either generation's form: a word, a function, a class with its options.
   *
   * @param what it is, for messages
   * @throws IllegalArgumentException if it is a user's own, or of another form
   */
  static TrainingObject of(@Nullable Object value, String what, KerasVersion generation) {
    if (value instanceof String word) {
      return new TrainingObject(named(word, null, what, generation), true, new LinkedHashMap<>());
    }
    if (!(value instanceof Map<?, ?> map) || !(map.get("class_name") instanceof String name)) {
      throw new IllegalArgumentException(
          what + " " + Said.value(value) + " cannot be rebuilt; compile the model anew");
    }
    Object module = map.get("module");
    Object config = map.get("config");
    if (name.equals("function") && config instanceof String function) {
      return new TrainingObject(
          named(function, "builtins".equals(module) ? null : module, what, generation),
          true,
          new LinkedHashMap<>());
    }
    if (name.equals("__lambda__") || (config != null && !(config instanceof Map<?, ?>))) {
      throw new IllegalArgumentException(
          what + " " + Said.value(name) + " is Python code, which is never run; compile anew");
    }
    String own = named(name, module, what, generation);
    if (map.get("registered_name") instanceof String registered && registered.contains(">")) {
      named(registered, module, what, generation);
    }
    return new TrainingObject(
        own, false, config == null ? new LinkedHashMap<>() : Config.copy((Map<?, ?>) config));
  }

  /** Keras's name without the package that is put before registered ones. */
  private static String named(
      String registered, @Nullable Object module, String what, KerasVersion generation) {
    int end = registered.lastIndexOf('>');
    String name = registered.substring(end + 1);
    boolean ofKeras =
        end < 0
            || (registered.startsWith(CUSTOM + ">")
                && generation == KerasVersion.KERAS2
                && CUSTOM_KERAS2.contains(name));
    if (!ofKeras || !isKeras(module)) {
      throw new IllegalArgumentException(
          what
              + " "
              + Said.value(registered)
              + (module == null ? "" : " of the module " + Said.value(module))
              + " is Python code of its author's own; compile the model anew");
    }
    return name;
  }

  private static boolean isKeras(@Nullable Object module) {
    return module == null
        || MODULES.stream().anyMatch(m -> module.equals(m) || ("" + module).startsWith(m + "."));
  }

  /** The same with other options. */
  TrainingObject with(Map<String, Object> others) {
    return new TrainingObject(name, false, others);
  }
}
