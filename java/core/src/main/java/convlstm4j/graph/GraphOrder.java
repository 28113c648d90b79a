package convlstm4j.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Orders a graph as Keras does (keras/src/ops/function.py, {@code map_graph}): nodes so that each
 * comes after those it needs, layers by decreasing depth (longest way to an output), then by first
 * visit; inputs that lead to no output have depth 0.
 */
record GraphOrder(List<Node> nodes, List<Layer> layers) {
  static GraphOrder of(List<Symbol> inputs, List<Symbol> outputs) {
    List<Node> postOrder = new ArrayList<>();
    Map<Layer, Integer> firstVisit = new LinkedHashMap<>();
    Map<Node, Boolean> done = new HashMap<>();
    for (Symbol s : outputs) {
      visit(s.node(), done, postOrder, firstVisit);
    }
    Set<Node> given = new HashSet<>();
    inputs.forEach(s -> given.add(s.node()));
    for (Node n : postOrder) {
      if (n.layer() instanceof InputLayer && !given.contains(n)) {
        throw new IllegalArgumentException(
            "the outputs need " + n.outputs().get(0) + ", which is not among the inputs");
      }
    }
    Map<Layer, Integer> layerDepth = new HashMap<>();
    Map<Node, Integer> nodeDepth = new HashMap<>();
    for (int i = postOrder.size() - 1; i >= 0; i--) {
      Node n = postOrder.get(i);
      int depth = Math.max(nodeDepth.getOrDefault(n, 0), layerDepth.getOrDefault(n.layer(), 0));
      layerDepth.put(n.layer(), depth);
      nodeDepth.put(n, depth);
      for (Symbol s : n.arguments().all()) {
        nodeDepth.merge(s.node(), depth + 1, Math::max);
      }
    }
    for (Symbol s : inputs) { // one that leads to no output comes first among the last
      if (!done.containsKey(s.node())) {
        postOrder.add(s.node());
        firstVisit.put(s.node().layer(), -1);
        layerDepth.put(s.node().layer(), 0);
      }
    }
    List<Layer> layers = new ArrayList<>(firstVisit.keySet());
    layers.sort(
        Comparator.<Layer>comparingInt(layerDepth::get)
            .reversed()
            .thenComparingInt(firstVisit::get));
    return new GraphOrder(List.copyOf(postOrder), List.copyOf(layers));
  }

  /** Depth-first without recursion, so that a graph may be as deep as it likes. */
  private static void visit(
      Node start, Map<Node, Boolean> done, List<Node> postOrder, Map<Layer, Integer> firstVisit) {
    List<Node> stack = new ArrayList<>(List.of(start));
    while (!stack.isEmpty()) {
      Node n = stack.get(stack.size() - 1);
      Boolean state = done.get(n);
      if (state == null) {
        done.put(n, false);
        firstVisit.putIfAbsent(n.layer(), firstVisit.size());
        List<Symbol> in = n.arguments().all();
        for (int i = in.size() - 1; i >= 0; i--) {
          if (!done.containsKey(in.get(i).node())) {
            stack.add(in.get(i).node());
          }
        }
      } else {
        stack.remove(stack.size() - 1);
        if (!state) {
          done.put(n, true);
          postOrder.add(n);
        }
      }
    }
  }
}
