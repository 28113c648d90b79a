package convlstm4j.io.keras;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Weights as {@code .h5} files have them: a group per layer, whose attribute {@code weight_names}
 * says in which order its arrays come; the group's own order is the alphabet's
 * (keras/src/legacy/saving/legacy_h5_format.py).
 */
final class LegacyWeights {
  private LegacyWeights() {}

  /**
   * Whether a group holds weights in this form.
   *
   * @param group the root, or the root's {@code model_weights}
   */
  static boolean isIn(Group group) {
    return group.list("layer_names").isPresent();
  }

  /** The layers that have weights, in the file's order, which is that of {@code model.layers}. */
  static List<LayerArrays> read(String file, Group group) {
    List<LayerArrays> layers = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String name : group.list("layer_names").orElseThrow()) {
      if (!seen.add(name)) {
        throw new KerasException(file, "lists the layer \"" + name + "\" twice");
      }
      Group g =
          group
              .group(name)
              .orElseThrow(
                  () -> new KerasException(file, "lists the layer \"" + name + "\", has it not"));
      List<LayerArrays.Named> arrays = arrays(file, g);
      if (!arrays.isEmpty()) {
        layers.add(new LayerArrays(name, arrays));
      }
    }
    return layers;
  }

  /** The arrays that a group's {@code weight_names} lists. */
  static List<LayerArrays.Named> arrays(String file, Group group) {
    List<String> names =
        group
            .list("weight_names")
            .orElseThrow(
                () ->
                    new KerasException(
                        file, group.path() + " has no attribute weight_names to say what it has"));
    List<LayerArrays.Named> arrays = new ArrayList<>();
    for (String name : names) {
      Data data =
          group
              .array(name)
              .orElseThrow(
                  () ->
                      new KerasException(
                          file, group.path() + " lists the weight " + name + ", has it not"));
      arrays.add(new LayerArrays.Named(name, data));
    }
    return arrays;
  }
}
