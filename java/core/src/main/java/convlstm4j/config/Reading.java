package convlstm4j.config;

import convlstm4j.graph.Layer;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What configs of one file are read with.
 *
 * @param version whose meaning they have where Keras 2 and 3 differ
 * @param layers makes a layer inside another of its form {@code {"class_name": .., "config": ..}}
 * @param notes is told of options that no Keras is known to have
 */
public record Reading(
    KerasVersion version,
    BiFunction<Map<String, Object>, Reading, Layer> layers,
    Consumer<String> notes) {
  /**
   * For a single layer, of which nobody wants to be told: what is unknown is refused.
   *
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param layers makes a layer inside another
   * @return to read with
   */
  public static Reading strict(
      KerasVersion version, BiFunction<Map<String, Object>, Reading, Layer> layers) {
    return new Reading(
        version,
        layers,
        note -> {
          throw new IllegalArgumentException(note);
        });
  }

  /** Says that a layer's option is not known. */
  void unknown(String className, String key, Object value) {
    pass(className, key, value, "which no Keras up to 3.15 has");
  }

  /** Says that a layer's option does nothing in Keras. */
  void idle(String className, String key, @Nullable Object value) {
    pass(className, key, value, "with which Keras does nothing");
  }

  private void pass(String className, String key, @Nullable Object value, String why) {
    String shown = String.valueOf(value);
    notes.accept(
        className
            + " has the option "
            + key
            + "="
            + (shown.length() > 80 ? shown.substring(0, 80) + ".." : shown)
            + ", "
            + why
            + " and which is passed over");
  }
}
