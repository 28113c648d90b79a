package convlstm4j.graph;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Keras's naming of layers. */
public final class Names {
  private Names() {}

  /**
   * Keras's default name of a kind of layer: keras/src/utils/naming.py.
   *
   * @param className for instance {@code ConvLSTM2D}
   * @return for instance {@code conv_lstm2d}
   */
  public static String snakeCase(String className) {
    return className
        .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * Names the layers that have none, by class and order of creation: {@code dense}, {@code
   * dense_1}.
   *
   * @throws IllegalArgumentException if two layers have the same name
   */
  static void assign(List<Layer> layers) {
    Set<String> taken = new HashSet<>();
    for (Layer l : layers) {
      if (l.name() != null && !taken.add(l.name())) {
        throw new IllegalArgumentException(
            "two layers are named \"" + l.name() + "\"; names must differ within a model");
      }
    }
    Map<String, Integer> counters = new HashMap<>();
    layers.stream()
        .filter(l -> l.name() == null)
        .sorted(Comparator.comparingLong(Layer::creation))
        .forEach(
            l -> {
              String base = snakeCase(l.kerasClass());
              String name;
              do {
                int k = counters.merge(base, 1, Integer::sum) - 1;
                name = k == 0 ? base : base + "_" + k;
              } while (!taken.add(name));
              l.named(name);
            });
  }
}
