package convlstm4j.model;

import convlstm4j.graph.Layer;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Takes weights of one network into another: by the layers' names, or one layer with weights after
 * the other, all but some. An immutable value, each method returns a new one:
 *
 * <pre>
 * WeightTransfer.Report report =
 *     WeightTransfer.by(WeightTransfer.Match.NAME).skipLayer("head").apply(Checkpoint.layerWeights(path), model);
 * System.out.println(report.text());
 * </pre>
 *
 * <p>Nothing is left in silence: what is taken, what stays at its values and what is not taken is
 * in the report; arrays of other shapes are refused, unless their layer is skipped.
 */
public final class WeightTransfer {
  /** Which layer's weights go into which layer. */
  public enum Match {
    /** Layers of the same name; the others stay as they are. */
    NAME,
    /** Layers with weights in their order, whatever their names: as many in both networks. */
    ORDER
  }

  /**
   * The weights of a layer.
   *
   * @param layer its name
   * @param trainableFirst whether statistics come after what is trained, as in Keras's {@code .h5}
   *     files; else all are in the layer's own order
   * @param arrays the weights
   */
  public record Source(String layer, boolean trainableFirst, List<Array> arrays) {
    public Source {
      arrays = List.copyOf(arrays);
    }
  }

  /**
   * One weight.
   *
   * @param name for messages
   * @param shape its shape
   * @param values reads it
   */
  public record Array(String name, Shape shape, Supplier<Tensor> values) {}

  /**
   * What became of a layer.
   *
   * @param layer the model's layer; empty if a layer's weights are not taken
   * @param source the layer that the weights are of; empty if the model's layer keeps its values
   * @param numbers how many numbers the weights have
   * @param outcome in words
   */
  public record Row(String layer, String source, long numbers, String outcome) {
    /**
     * Whether weights went into the layer.
     *
     * @return false for what is left
     */
    public boolean isTaken() {
      return !layer.isEmpty() && !source.isEmpty();
    }
  }

  /**
   * What was taken and what was left.
   *
   * @param rows the model's layers with weights in their order, then what was not taken
   */
  public record Report(List<Row> rows) {
    public Report {
      rows = List.copyOf(rows);
    }

    /**
     * The report as a table.
     *
     * @return a line for each row, and one above
     */
    public String text() {
      List<Row> all = new ArrayList<>(rows);
      int layer = width(all.stream().map(Row::layer));
      int source = width(all.stream().map(Row::source));
      String line = "%-" + layer + "s  %-" + source + "s  %12s  %s";
      List<String> lines = new ArrayList<>();
      lines.add(String.format(Locale.ROOT, line, "layer", "weights of", "numbers", ""));
      for (Row r : all) {
        lines.add(
            String.format(
                Locale.ROOT,
                line,
                r.layer().isEmpty() ? "-" : r.layer(),
                r.source().isEmpty() ? "-" : r.source(),
                String.format(Locale.ROOT, "%,d", r.numbers()),
                r.outcome()));
      }
      return String.join("\n", lines.stream().map(String::stripTrailing).toList());
    }

    private static int width(Stream<String> texts) {
      return Math.max("weights of".length(), texts.mapToInt(String::length).max().orElse(0));
    }
  }

  private final Match match;
  private final Set<String> skipped;

  private WeightTransfer(Match match, Set<String> skipped) {
    this.match = match;
    this.skipped = skipped;
  }

  /**
   * A transfer of all layers.
   *
   * @param match which goes into which
   * @return the transfer
   */
  public static WeightTransfer by(Match match) {
    return new WeightTransfer(match, Set.of());
  }

  /**
   * Leaves a layer out.
   *
   * @param name of a layer of the model, of the other network, or of both
   * @return a new transfer
   */
  public WeightTransfer skipLayer(String name) {
    Set<String> more = new LinkedHashSet<>(skipped);
    more.add(name);
    return new WeightTransfer(match, more);
  }

  /**
   * Takes the weights.
   *
   * @param sources the other network's layers with weights, in its order
   * @param model what they go into
   * @return what was taken and left
   * @throws IllegalArgumentException if no layer fits, numbers of layers or shapes differ, or a
   *     layer to skip is in neither network; the model is as before
   */
  public Report apply(List<Source> sources, Model model) {
    List<Layer> layers =
        model.network().layers().stream().filter(l -> !l.parameters().isEmpty()).toList();
    checkSkipped(sources, model.network().layers());
    Map<Layer, Source> pairs =
        match == Match.NAME ? byName(sources, layers) : byOrder(sources, layers);
    Map<Parameter, Array> arrays = new HashMap<>();
    pairs.forEach((layer, source) -> pair(layer, source, arrays));
    List<Tensor> now = List.copyOf(model.weights().values());
    List<Tensor> values = new ArrayList<>();
    List<Parameter> parameters = model.network().parameters();
    for (int i = 0; i < parameters.size(); i++) {
      Array a = arrays.get(parameters.get(i));
      values.add(a == null ? now.get(i) : a.values().get().cast(model.dtype()));
    }
    model.setWeights(values);
    return report(sources, layers, pairs);
  }

  private void checkSkipped(List<Source> sources, List<Layer> layers) {
    for (String name : skipped) {
      if (sources.stream().noneMatch(s -> s.layer().equals(name))
          && layers.stream().noneMatch(l -> name.equals(l.name()))) {
        throw new IllegalArgumentException(
            "there is no layer \""
                + name
                + "\" to skip: weights are of "
                + names(sources)
                + ", the model has "
                + layers.stream().map(Layer::name).toList());
      }
    }
  }

  private Map<Layer, Source> byName(List<Source> sources, List<Layer> layers) {
    Map<Layer, Source> pairs = new LinkedHashMap<>();
    for (Layer l : layers) {
      sources.stream()
          .filter(s -> s.layer().equals(l.name()) && !skipped.contains(s.layer()))
          .forEach(s -> pairs.put(l, s));
    }
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException(
          "no layer has the name of one of the model: weights are of "
              + names(sources)
              + ", the model has "
              + layers.stream().map(Layer::name).toList()
              + "; take them in order instead (--match order)");
    }
    return pairs;
  }

  private Map<Layer, Source> byOrder(List<Source> sources, List<Layer> layers) {
    List<Source> from = new ArrayList<>(sources);
    List<Layer> into = new ArrayList<>(layers);
    if (from.size() == into.size()) { // a name of either leaves out the two
      for (int i = into.size() - 1; i >= 0; i--) {
        if (skipped.contains(into.get(i).name()) || skipped.contains(from.get(i).layer())) {
          into.remove(i);
          from.remove(i);
        }
      }
    }
    from.removeIf(s -> skipped.contains(s.layer()));
    into.removeIf(l -> skipped.contains(l.name()));
    if (from.size() != into.size()) {
      throw new IllegalArgumentException(
          "weights are of "
              + from.size()
              + " layers "
              + names(from)
              + ", the model has "
              + into.size()
              + " with weights "
              + into.stream().map(Layer::name).toList()
              + "; leave layers out by name (skipLayer; --skip-layer NAME) or match by name (--match"
              + " name)");
    }
    Map<Layer, Source> pairs = new LinkedHashMap<>();
    for (int i = 0; i < into.size(); i++) {
      pairs.put(into.get(i), from.get(i));
    }
    return pairs;
  }

  /** Which array goes into which weight: number and shapes must agree. */
  private static void pair(Layer layer, Source source, Map<Parameter, Array> arrays) {
    List<Parameter> own = layer.parameters();
    List<Parameter> parameters =
        source.trainableFirst()
            ? Stream.concat(
                    own.stream().filter(Parameter::isTrainable),
                    own.stream().filter(p -> !p.isTrainable()))
                .toList()
            : own;
    boolean same = parameters.size() == source.arrays().size();
    for (int i = 0; same && i < parameters.size(); i++) {
      same = parameters.get(i).shape().equals(source.arrays().get(i).shape());
    }
    if (!same) {
      throw new IllegalArgumentException(
          layer.label()
              + " has weights of shapes "
              + parameters.stream().map(Parameter::shape).toList()
              + ", those of layer \""
              + source.layer()
              + "\" have "
              + source.arrays().stream().map(Array::shape).toList()
              + "; leave it out by name (skipLayer; --skip-layer "
              + layer.name()
              + ")");
    }
    for (int i = 0; i < parameters.size(); i++) {
      arrays.put(parameters.get(i), source.arrays().get(i));
    }
  }

  private Report report(List<Source> sources, List<Layer> layers, Map<Layer, Source> pairs) {
    List<Row> rows = new ArrayList<>();
    for (Layer l : layers) {
      Source from = pairs.get(l);
      long numbers = l.parameters().stream().mapToLong(p -> p.shape().elements()).sum();
      rows.add(
          new Row(
              l.requiredName(),
              from == null ? "" : from.layer(),
              numbers,
              from == null ? "left at its values" + why(l.requiredName()) : "taken"));
    }
    for (Source s : sources) {
      if (!pairs.containsValue(s)) {
        long numbers = s.arrays().stream().mapToLong(a -> a.shape().elements()).sum();
        rows.add(new Row("", s.layer(), numbers, "not taken" + why(s.layer())));
      }
    }
    return new Report(rows);
  }

  private String why(String name) {
    return skipped.contains(name)
        ? ": skipped"
        : match == Match.NAME ? ": no layer of this name" : ": the other was skipped";
  }

  private static List<String> names(List<Source> sources) {
    return sources.stream().map(Source::layer).toList();
  }
}
