package convlstm4j.io.architecture;

import convlstm4j.config.KerasVersion;
import convlstm4j.layer.CustomLayers;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a model's JSON is read.
 *
 * @param fallback whose meaning it has where Keras 2 and 3 differ, unless its {@code keras_version}
 *     says so
 * @param custom the user's own kinds of layers
 * @param skipped names of layers that may be left out: one that cannot be made gives on what it is
 *     given
 * @param notes is told, once, of each layer left out, and why, and of each option that no Keras is
 *     known to have
 */
public record ReadOptions(
    KerasVersion fallback, CustomLayers custom, Set<String> skipped, Consumer<String> notes) {
  public ReadOptions {
    skipped = Set.copyOf(skipped);
  }

  /** The same, but each note is given once. */
  ReadOptions once() {
    Set<String> given = new HashSet<>();
    return new ReadOptions(
        fallback,
        custom,
        skipped,
        note -> {
          if (given.add(note)) {
            notes.accept(note);
          }
        });
  }

  /**
   * Nothing of the user's, no layer may be left out, and what would be noted is refused.
   *
   * @param fallback whose meaning the JSON has, unless it says so
   * @return the options
   */
  public static ReadOptions of(KerasVersion fallback) {
    return new ReadOptions(
        fallback,
        CustomLayers.none(),
        Set.of(),
        note -> {
          throw new IllegalArgumentException(note);
        });
  }
}
