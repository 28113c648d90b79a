package convlstm4j.layer;

import java.util.function.Consumer;

/**
 * What configs of one file are read with.
 *
 * @param version whose meaning they have where Keras 2 and 3 differ
 * @param custom the user's own kinds of layers
 * @param notes is told of options that no Keras is known to have
 */
record Reading(KerasVersion version, CustomLayers custom, Consumer<String> notes) {
  /** For a single layer, of which nobody wants to be told: what is unknown is refused. */
  static Reading strict(KerasVersion version, CustomLayers custom) {
    return new Reading(
        version,
        custom,
        note -> {
          throw new IllegalArgumentException(note);
        });
  }

  /** Says that a layer's option is not known. */
  void unknown(String className, String key, Object value) {
    String shown = String.valueOf(value);
    notes.accept(
        className
            + " has the option "
            + key
            + "="
            + (shown.length() > 80 ? shown.substring(0, 80) + ".." : shown)
            + ", which no Keras up to 3.15 has and which is passed over");
  }
}
