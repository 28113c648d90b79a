package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The weights of a file by the names of its own layers, for a model that is not the file's. */
final class LayerWeights {
  private LayerWeights() {}

  /**
   * The layers with weights, in the file's order.
   *
   * @param model after whose layers those are named that the file knows by their classes only
   */
  static List<LayerArrays> of(KerasFile file, Network model, KerasOptions options) {
    if (file.kind() == KerasFile.Kind.H5) {
      return file.weights(List.of(), Set.of());
    }
    if (!file.hasModel()) {
      Set<String> skipped =
          model.layers().stream()
              .filter(l -> options.skipped().contains(l.name()))
              .map(Layer::kerasClass)
              .collect(Collectors.toSet());
      return file.weights(model.layers(), skipped);
    }
    Map<String, String> kinds = file.layerKinds();
    Map<String, Layer> own = new LinkedHashMap<>();
    try {
      Architecture.read(file.model(), options.reading(file)).layers().stream()
          .filter(l -> kinds.containsKey(l.name()))
          .forEach(l -> own.put(l.name(), l));
    } catch (ArchitectureException e) {
      throw new KerasException(file.file(), String.valueOf(e.getMessage()), e);
    }
    List<Layer> ordered = kinds.keySet().stream().filter(own::containsKey).map(own::get).toList();
    Map<String, String> leftOut = new LinkedHashMap<>(kinds);
    leftOut.keySet().removeAll(own.keySet());
    return file.weights(ordered, Set.copyOf(leftOut.values()));
  }
}
