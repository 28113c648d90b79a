package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.RNN;
import java.util.ArrayList;
import java.util.Comparator;
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

  /** States of random numbers; {@code vars} is read first. */
  private static final Set<String> NOT_WEIGHTS =
      Set.of("vars", "seed_generator", "random_generator");

  /** What Keras calls the layers inside one of attention, in the order of the weights. */
  static final List<String> PROJECTIONS =
      List.of("query_dense", "key_dense", "value_dense", "output_dense");

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
        result.add(
            new LayerArrays(layer.requiredName(), arrays(file, ofKind.get(before.size()), layer)));
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

  /**
   * All weights, by the layers that they are of as far as the groups' names and numbers say; else
   * by the groups.
   *
   * @param kinds class of each layer, in the order of {@code model.layers}
   */
  static List<LayerArrays> byClass(Group root, Map<String, String> kinds) {
    Map<String, List<String>> layers = new TreeMap<>();
    kinds.forEach(
        (name, kind) ->
            layers.computeIfAbsent(Names.snakeCase(kind), k -> new ArrayList<>()).add(name));
    Map<String, String> owners = new TreeMap<>();
    layers.forEach(
        (kind, names) -> {
          for (int i = 0; i < names.size(); i++) {
            owners.put(i == 0 ? kind : kind + "_" + i, names.get(i));
          }
        });
    return all(root).stream()
        .map(a -> new LayerArrays(owners.getOrDefault(a.layer(), a.layer()), a.arrays()))
        .toList();
  }

  /** All weights by the groups they are in, for a file whose layers are not known. */
  static List<LayerArrays> all(Group root) {
    List<LayerArrays> all = new ArrayList<>();
    container(root)
        .ifPresent(
            layers ->
                layers
                    .groups()
                    .forEach(
                        (name, g) -> {
                          List<LayerArrays.Named> arrays = new ArrayList<>();
                          everything(g, arrays);
                          if (!arrays.isEmpty()) {
                            all.add(new LayerArrays(name, arrays));
                          }
                        }));
    return all;
  }

  private static void everything(Group g, List<LayerArrays.Named> all) {
    g.arrays().forEach((name, d) -> all.add(new LayerArrays.Named(g.path() + "/" + name, d)));
    g.groups()
        .forEach(
            (name, inside) -> {
              if (name.equals("vars") || !NOT_WEIGHTS.contains(name)) {
                everything(inside, all);
              }
            });
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

  /** All arrays of a layer and of those inside it, in the order of the layer's parameters. */
  private static List<LayerArrays.Named> arrays(String file, Group group, Layer layer) {
    if (layer instanceof NestedModel model) {
      return read(file, group, model.network().layers(), Set.of()).stream()
          .flatMap(a -> a.arrays().stream())
          .toList();
    }
    List<Group> inside = new ArrayList<>();
    group
        .groups()
        .forEach(
            (name, g) -> {
              if (g.hasArrays() && !NOT_WEIGHTS.contains(name)) {
                inside.add(g);
              }
            });
    List<LayerArrays.Named> all = new ArrayList<>();
    group.group("vars").ifPresent(vars -> all.addAll(numbered(file, vars)));
    if (layer.children().isEmpty()) { // a recurrent layer's are in its cell
      inside.sort(Comparator.comparingInt(g -> projection(g)));
      inside.forEach(g -> all.addAll(arrays(file, g, layer)));
      return all;
    }
    if (layer instanceof RNN rnn && rnn.isStacked()) {
      Group cells = inside.isEmpty() ? group : inside.get(0).group("cells").orElse(group);
      return stacked(file, cells, rnn);
    }
    // Bidirectional: backward_layer comes before forward_layer in the file, after it in the list.
    inside.sort(Comparator.comparing(g -> g.path().contains("/backward_layer")));
    List<Layer> children =
        layer.children().stream().filter(c -> !c.parameters().isEmpty()).toList();
    if (inside.size() != children.size()) {
      throw new KerasException(
          file,
          group.path()
              + " has "
              + inside.size()
              + " groups with weights, "
              + layer.label()
              + " has "
              + children.size()
              + " layers with weights inside");
    }
    for (int i = 0; i < children.size(); i++) {
      all.addAll(arrays(file, inside.get(i), children.get(i)));
    }
    return all;
  }

  /** Those of the cells of a list, which are counted by their classes as layers are. */
  private static List<LayerArrays.Named> stacked(String file, Group cells, RNN rnn) {
    Map<String, List<Group>> groups = byKind(cells);
    Map<String, Integer> taken = new TreeMap<>();
    List<LayerArrays.Named> all = new ArrayList<>();
    for (Layer cell : rnn.children()) {
      if (cell.parameters().isEmpty()) {
        continue;
      }
      String kind = Names.snakeCase(RNN.kerasClass(cell));
      int number = taken.merge(kind, 1, Integer::sum) - 1;
      List<Group> ofKind = groups.getOrDefault(kind, List.of());
      if (number >= ofKind.size()) {
        throw new KerasException(
            file, cells.path() + " has no weights of cell " + number + " of the kind " + kind);
      }
      all.addAll(arrays(file, ofKind.get(number), cell));
    }
    return all;
  }

  /** The place of a product of attention among the layer's weights; the same for all others. */
  private static int projection(Group g) {
    String name = g.path().substring(g.path().lastIndexOf('/') + 1);
    return PROJECTIONS.indexOf(name.replaceFirst("^_", ""));
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
