package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Weights as {@code .keras} and {@code .weights.h5} files have them: a group per layer, named after
 * its class and counted, {@code conv_lstm2d}, {@code conv_lstm2d_1}, in the order of {@code
 * model.layers}; in it {@code vars/0, vars/1, ..}, or groups for the layers inside
 * (keras/src/saving/saving_lib.py). The layer's own name says nothing here.
 *
 * <p>Keras 2.12 to 2.14 count a layer with weights twice, so groups are matched by their order
 * among those that have arrays rather than by number.
 */
final class ObjectWeights {
  /** Keras 2.12 to 2.14 came by the layers through this attribute first. */
  private static final List<String> CONTAINERS =
      List.of("layers", "_layer_checkpoint_dependencies");

  private ObjectWeights() {}

  static boolean isIn(Group root) {
    return container(root).isPresent();
  }

  private static Optional<Group> container(Group root) {
    return CONTAINERS.stream()
        .flatMap(c -> root.group(c).stream())
        .filter(Group::hasArrays)
        .findFirst();
  }

  /**
   * The layers that have weights.
   *
   * @param layers in the order of {@code model.layers}
   * @param leftOut kinds of layers that were left out of the model, whose weights are passed over
   */
  static List<LayerArrays> read(String file, Group root, List<Layer> layers, Set<String> leftOut) {
    Map<String, List<Group>> groups = byKind(container(root).orElse(root));
    Map<String, List<Layer>> expected = new TreeMap<>();
    List<LayerArrays> result = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer.parameters().isEmpty()) {
        continue;
      }
      String kind = Names.snakeCase(layer.kerasClass());
      List<Layer> before = expected.computeIfAbsent(kind, k -> new ArrayList<>());
      List<Group> ofKind = groups.getOrDefault(kind, List.of());
      if (before.size() < ofKind.size()) {
        result.add(new LayerArrays(layer.name(), arrays(file, ofKind.get(before.size()))));
      }
      before.add(layer);
    }
    leftOut.forEach(kind -> groups.remove(Names.snakeCase(kind)));
    groups.forEach(
        (kind, list) -> {
          int count = expected.getOrDefault(kind, List.of()).size();
          if (count < list.size()) {
            throw new KerasException(
                file,
                "has weights of "
                    + list.size()
                    + " layers of the kind "
                    + kind
                    + ", the model has "
                    + count
                    + " of them with weights");
          }
        });
    return result;
  }

  /** Groups that have arrays by the class in their names, in the order of the numbers there. */
  private static Map<String, List<Group>> byKind(Group container) {
    Map<String, TreeMap<Integer, Group>> numbered = new TreeMap<>();
    container
        .groups()
        .forEach(
            (name, g) -> {
              if (g.hasArrays()) {
                int underscore = name.lastIndexOf('_');
                String number = name.substring(underscore + 1);
                boolean counted = underscore > 0 && number.matches("[1-9][0-9]{0,6}");
                numbered
                    .computeIfAbsent(
                        counted ? name.substring(0, underscore) : name, n -> new TreeMap<>())
                    .put(counted ? Integer.parseInt(number) : 0, g);
              }
            });
    Map<String, List<Group>> result = new TreeMap<>();
    numbered.forEach((kind, groups) -> result.put(kind, List.copyOf(groups.values())));
    return result;
  }

  /** All arrays of a layer and of those inside it, forward before backward. */
  private static List<LayerArrays.Named> arrays(String file, Group layer) {
    List<LayerArrays.Named> all = new ArrayList<>();
    collect(file, layer, all);
    return all;
  }

  private static void collect(String file, Group g, List<LayerArrays.Named> all) {
    g.group("vars").ifPresent(vars -> all.addAll(numbered(file, vars)));
    Set<String> inside = new LinkedHashSet<>(g.groups().keySet());
    inside.removeAll(Set.of("vars", "seed_generator", "random_generator"));
    // backward_layer comes before forward_layer in the file, after it in Keras's list of weights.
    inside.stream()
        .sorted(Comparator.<String>comparingInt(n -> n.startsWith("backward") ? 1 : 0))
        .forEach(n -> collect(file, g.groups().get(n), all));
  }

  /** The arrays {@code 0, 1, ..} of a group. */
  static List<LayerArrays.Named> numbered(String file, Group vars) {
    List<LayerArrays.Named> all = new ArrayList<>();
    for (int i = 0; i < vars.arrays().size(); i++) {
      Data data = vars.arrays().get(Integer.toString(i));
      if (data == null) {
        throw new KerasException(
            file,
            vars.path() + " has the arrays " + vars.arrays().keySet() + ", expected 0, 1, ..");
      }
      all.add(new LayerArrays.Named(vars.path() + "/" + i, data));
    }
    return all;
  }
}
