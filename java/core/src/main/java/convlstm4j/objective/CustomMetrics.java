package convlstm4j.objective;

import convlstm4j.option.Config;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The user's own kinds of metrics, by which training that was saved with them goes on. An immutable
 * value. What a file names is looked up here and never taken for the name of a class:
 *
 * <pre>
 * CustomMetrics.none().with("TopTwo", config -&gt; new TopTwo(((Number) config.get("margin")).doubleValue()))
 * </pre>
 *
 * <p>Losses and optimisers of one's own need no registry: they are formulas ({@link Loss#of}),
 * which a checkpoint keeps.
 */
public final class CustomMetrics {
  private static final CustomMetrics NONE = new CustomMetrics(Map.of());

  private final Map<String, Function<Map<String, Object>, Metric>> kinds;

  private CustomMetrics(Map<String, Function<Map<String, Object>, Metric>> kinds) {
    this.kinds = kinds;
  }

  /**
   * No kind.
   *
   * @return the empty registry
   */
  public static CustomMetrics none() {
    return NONE;
  }

  /**
   * Registers a kind. It may be one of Keras's, which is then read as the user says.
   *
   * @param className what {@link Metric#config} calls the kind, without the package that Keras puts
   *     before it: {@code TopTwo} for {@code my_package>TopTwo}
   * @param make makes a metric of the options in its config; its name is set afterwards
   * @return a new registry
   */
  public CustomMetrics with(String className, Function<Map<String, Object>, Metric> make) {
    Map<String, Function<Map<String, Object>, Metric>> copy = new LinkedHashMap<>(kinds);
    copy.put(className, make);
    return new CustomMetrics(copy);
  }

  /**
   * Both registries' kinds.
   *
   * @param other further kinds
   * @return a new registry
   * @throws IllegalArgumentException if both have a kind of one name
   */
  public CustomMetrics and(CustomMetrics other) {
    CustomMetrics all = this;
    for (var e : other.kinds.entrySet()) {
      if (kinds.containsKey(e.getKey())) {
        throw new IllegalArgumentException("metric " + e.getKey() + " is registered twice");
      }
      all = all.with(e.getKey(), e.getValue());
    }
    return all;
  }

  /**
   * Whether a kind is registered.
   *
   * @param className as a file has it
   * @return true if {@link Metric#fromConfig(Config, CustomMetrics)} makes metrics of it
   */
  public boolean has(String className) {
    return kinds.containsKey(className.substring(className.lastIndexOf('>') + 1));
  }

  /** A metric of a registered kind; empty if it is not registered. */
  Optional<Metric> make(Config config) {
    String kind = config.className();
    return Optional.ofNullable(kinds.get(kind.substring(kind.lastIndexOf('>') + 1)))
        .map(maker -> maker.apply(Collections.unmodifiableMap(config.values())));
  }
}
