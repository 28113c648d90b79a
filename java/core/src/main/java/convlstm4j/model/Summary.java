package convlstm4j.model;

import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.io.file.Printable;
import convlstm4j.layer.NestedModel;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The table that Keras's {@code model.summary(expand_nested=True)} prints; columns are as wide as
 * they need be.
 */
final class Summary {
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

  private Summary() {}

  static String of(Network network, String name, DType dtype) {
    boolean chain = network.isChain();
    List<List<List<String>>> rows = new ArrayList<>(); // each of cells, each of lines
    rows.add(
        List.of(
            List.of("Layer (type)"),
            List.of("Output Shape"),
            List.of("Param #"),
            List.of("Connected to")));
    addRows(rows, network, "");
    int columns = chain ? 3 : 4;
    int[] widths = new int[columns];
    for (List<List<String>> row : rows) {
      for (int c = 0; c < columns; c++) {
        for (String line : row.get(c)) {
          widths[c] = Math.max(widths[c], line.length());
        }
      }
    }
    int width = Arrays.stream(widths).sum() + 2 * (columns - 1);
    StringBuilder out = new StringBuilder("Model: \"" + Printable.line(name) + "\"\n");
    out.append("_".repeat(width)).append('\n');
    append(out, rows.get(0), widths);
    out.append("=".repeat(width)).append('\n');
    rows.subList(1, rows.size()).forEach(r -> append(out, r, widths));
    out.append("=".repeat(width)).append('\n');
    List<Parameter> all = network.parameters();
    List<Parameter> trainable = all.stream().filter(Parameter::isTrainable).toList();
    long fixed = count(all) - count(trainable);
    out.append("Total params: ").append(size(count(all), dtype)).append('\n');
    out.append("Trainable params: ").append(size(count(trainable), dtype)).append('\n');
    out.append("Non-trainable params: ").append(size(fixed, dtype)).append('\n');
    return out.append("_".repeat(width)).append('\n').toString();
  }

  /** In one line: what goes in, what comes out, how many weights. */
  static String line(Network network, String name) {
    return String.format(
        Locale.ROOT,
        "model \"%s\": %s to %s, %,d weights",
        Printable.line(name),
        ends(network.inputNames(), network.inputs()),
        ends(network.outputNames(), network.outputs()),
        count(network.parameters()));
  }

  private static String ends(List<String> names, List<Symbol> symbols) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      all.add(Printable.line(names.get(i)) + " " + shape(symbols.get(i).shape()));
    }
    return String.join(", ", all);
  }

  /** A row for each layer, and, further to the right, for each in a model inside. */
  private static void addRows(List<List<List<String>>> rows, Network network, String indent) {
    Map<Layer, List<Node>> calls =
        network.nodes().stream().collect(Collectors.groupingBy(Node::layer));
    Map<Node, Integer> callIndex = new HashMap<>();
    for (List<Node> ofLayer : calls.values()) {
      for (int i = 0; i < ofLayer.size(); i++) {
        callIndex.put(ofLayer.get(i), i);
      }
    }
    boolean chain = network.isChain();
    for (Layer layer : network.layers()) {
      if (!chain || !(layer instanceof InputLayer)) {
        rows.add(row(indent, layer, calls.getOrDefault(layer, List.of()), callIndex));
        addInner(rows, layer, indent + "  ");
      }
    }
  }

  /** The layers of a model, or of one in a wrapper. */
  private static void addInner(List<List<List<String>>> rows, Layer layer, String indent) {
    if (layer instanceof NestedModel model) {
      addRows(rows, model.network(), indent);
    } else {
      layer.children().forEach(child -> addInner(rows, child, indent));
    }
  }

  private static List<List<String>> row(
      String indent, Layer layer, List<Node> calls, Map<Node, Integer> callIndex) {
    List<String> from = new ArrayList<>();
    for (Node n : calls) {
      for (Symbol s : n.arguments().all()) {
        from.add(
            Printable.line(s.node().layer().requiredName())
                + ("[" + callIndex.get(s.node()) + "][" + s.index() + "]"));
      }
    }
    List<String> shapes =
        calls.get(0).outputs().stream()
            .map(s -> shape(s.shape()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (shapes.size() > 1) {
      separate(shapes);
      shapes.replaceAll(shape -> " " + shape);
      shapes.set(0, "[" + shapes.get(0).substring(1));
      shapes.set(shapes.size() - 1, shapes.get(shapes.size() - 1) + "]");
    }
    separate(from);
    return List.of(
        List.of(indent + Printable.line(layer.requiredName()) + " (" + layer.kerasClass() + ")"),
        shapes,
        List.of(String.format(Locale.ROOT, "%,d", count(layer.parameters()))),
        from.isEmpty() ? List.of("-") : from);
  }

  /** A comma after each line but the last. */
  private static void separate(List<String> lines) {
    for (int i = 0; i < lines.size() - 1; i++) {
      lines.set(i, lines.get(i) + ",");
    }
  }

  private static String shape(Shape s) {
    return Arrays.stream(s.dims())
        .mapToObj(d -> d == Shape.UNKNOWN ? "None" : Long.toString(d))
        .collect(Collectors.joining(", ", "(", s.rank() == 1 ? ",)" : ")"));
  }

  private static void append(StringBuilder out, List<List<String>> row, int[] widths) {
    int lines = row.subList(0, widths.length).stream().mapToInt(List::size).max().orElse(1);
    for (int i = 0; i < lines; i++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        List<String> cell = row.get(c);
        String text = i < cell.size() ? cell.get(i) : "";
        line.append(text).append(" ".repeat(widths[c] + 2 - text.length()));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
  }

  private static long count(Collection<Parameter> parameters) {
    return parameters.stream().mapToLong(p -> p.shape().elements()).sum();
  }

  private static String size(long parameters, DType dtype) {
    double bytes = (double) parameters * dtype.bytes();
    int unit = 0;
    while (bytes >= 1024 && unit < UNITS.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%,d (%.2f %s)", parameters, bytes, UNITS[unit]);
  }
}
