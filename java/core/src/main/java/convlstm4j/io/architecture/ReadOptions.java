package convlstm4j.io.architecture;

import convlstm4j.layer.CustomLayers;
import convlstm4j.layer.KerasVersion;
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
 * @param notes is told of each layer left out, and why
 */
public record ReadOptions(
    KerasVersion fallback, CustomLayers custom, Set<String> skipped, Consumer<String> notes) {
  public ReadOptions {
    skipped = Set.copyOf(skipped);
  }

  /**
   * Nothing of the user's, and no layer may be left out.
   *
   * @param fallback whose meaning the JSON has, unless it says so
   * @return the options
   */
  public static ReadOptions of(KerasVersion fallback) {
    return new ReadOptions(fallback, CustomLayers.none(), Set.of(), note -> {});
  }
}
