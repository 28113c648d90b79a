package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes descriptions: everything is read as if every layer might be skipped, which says why. */
final class Describer {
  private Describer() {}

  static KerasDescription describe(KerasFile file, KerasOptions options) {
    List<String> problems = new ArrayList<>();
    String start = file.file() + ": ";
    Map<String, String> kinds = file.layerKinds();
    KerasOptions lenient =
        options.notes(
            note -> problems.add(note.startsWith(start) ? note.substring(start.length()) : note));
    for (String name : kinds.keySet()) {
      lenient = lenient.skipLayer(name);
    }
    Optional<Network> network = Optional.empty();
    List<LayerArrays> arrays = List.of();
    try {
      if (file.hasModel()) {
        network = Optional.of(KerasModels.network(file, lenient));
        WeightPlan.byName(file, network.get(), lenient);
        TrainingReader.read(
            file, network.get(), options.customMetrics(), note -> problems.add(Said.line(note)));
      }
      arrays = arrays(file, network);
    } catch (KerasException e) {
      String message = e.getMessage();
      problems.add(message.startsWith(start) ? message.substring(start.length()) : message);
    }
    Object name = file.model().get("config") instanceof Map<?, ?> c ? c.get("name") : null;
    return new KerasDescription(
        file.file(),
        file.kind().ending(),
        file.version(),
        file.hasModel() ? String.valueOf(name == null ? "model" : name) : "",
        lines(kinds, network, arrays),
        problems.stream().distinct().toList());
  }

  /** The arrays of an {@code .h5} file, which names their layers; else of the layers there are. */
  private static List<LayerArrays> arrays(KerasFile file, Optional<Network> network) {
    return file.kind() == KerasFile.Kind.H5
        ? file.weights(List.of(), Set.of())
        : network.isPresent()
            ? file.weights(ordered(file, network.get()), leftOut(file, network.get()))
            : ObjectWeights.all(file.root());
  }

  private static List<Layer> ordered(KerasFile file, Network network) {
    Map<String, Layer> byName = new LinkedHashMap<>();
    network.layers().forEach(l -> byName.put(l.name(), l));
    return file.layerKinds().keySet().stream()
        .filter(byName::containsKey)
        .map(byName::get)
        .toList();
  }

  private static Set<String> leftOut(KerasFile file, Network network) {
    Map<String, String> kinds = new LinkedHashMap<>(file.layerKinds());
    network.layers().forEach(l -> kinds.remove(l.name()));
    return Set.copyOf(kinds.values());
  }

  private static List<KerasDescription.LayerLine> lines(
      Map<String, String> kinds, Optional<Network> network, List<LayerArrays> arrays) {
    Map<String, List<LayerArrays.Named>> byLayer = new LinkedHashMap<>();
    kinds.keySet().forEach(name -> byLayer.put(name, List.of()));
    arrays.forEach(a -> byLayer.put(a.layer(), a.arrays()));
    List<KerasDescription.LayerLine> lines = new ArrayList<>();
    byLayer.forEach(
        (name, all) ->
            lines.add(
                new KerasDescription.LayerLine(
                    name,
                    kinds.getOrDefault(name, ""),
                    network.map(n -> output(n, name)).orElse(""),
                    all.stream().map(a -> a.name() + " " + a.data().shape()).toList(),
                    all.stream().mapToLong(a -> a.data().shape().elements()).sum())));
    return lines;
  }

  /** Shapes of the outputs of a layer's first call. */
  private static String output(Network network, String layer) {
    for (Node n : network.nodes()) {
      if (layer.equals(n.layer().name())) {
        return n.outputs().stream()
            .map(Symbol::shape)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
      }
    }
    return "";
  }
}
