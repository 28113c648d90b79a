package convlstm4j.cli;

import convlstm4j.cli.picture.Diagram;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.program.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** A network as boxes, a box for each call of a layer, a colour for each kind of layer. */
final class NetworkDiagram {
  private NetworkDiagram() {}

  static Diagram of(Network network) {
    Diagram diagram = new Diagram();
    List<String> kinds =
        network.nodes().stream()
            .filter(n -> !(n.layer() instanceof InputLayer))
            .map(n -> n.layer().kerasClass())
            .distinct()
            .toList();
    Map<Node, Integer> boxes = new HashMap<>();
    Set<Object> seen = new LinkedHashSet<>();
    for (Node node : network.nodes()) {
      boolean again = !seen.add(node.layer());
      String kind = node.layer().kerasClass();
      List<String> lines = new ArrayList<>();
      lines.add(node.layer().name() + (again ? " (again)" : ""));
      lines.add(kind + inner(node.layer()));
      lines.add(
          node.outputs().stream().map(s -> s.shape().toString()).collect(Collectors.joining(", ")));
      lines.add(parameters(node, again));
      int box = diagram.box(lines, Math.max(0, kinds.indexOf(kind)));
      boxes.put(node, box);
      Set<Node> from =
          node.arguments().all().stream()
              .map(Symbol::node)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      from.forEach(
          f -> diagram.edge(Objects.requireNonNull(boxes.get(f), "a call before it"), box));
    }
    return diagram;
  }

  /** What a wrapper wraps. */
  private static String inner(Layer layer) {
    return layer.children().isEmpty()
        ? ""
        : layer.children().stream()
            .map(Layer::kerasClass)
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String parameters(Node node, boolean again) {
    long count = 0;
    for (Parameter p : node.layer().parameters()) {
      count += p.shape().elements();
    }
    return count == 0
        ? ""
        : again ? "the same weights" : String.format(Locale.ROOT, "%,d weights", count);
  }
}
