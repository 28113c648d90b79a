package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.architecture.Json;
import convlstm4j.io.architecture.ReadOptions;
import convlstm4j.io.architecture.Survey;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes descriptions: everything is read as far as it can be, and what cannot be is told. */
final class Describer {
  /** Characters of a fault, which may tell shapes of many weights. */
  private static final int MOST = 500;

  private final String file;
  private final List<Survey.Fault> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private Optional<Survey> survey = Optional.empty();

  private Describer(String file) {
    this.file = file;
  }

  static KerasDescription describe(KerasFile file, KerasOptions options) {
    return new Describer(file.file()).all(file, options);
  }

  /**
   * Of an architecture in JSON.
   *
   * @param kind what the file is
   * @param weights shapes of those that the file has, by {@code layer/weight}
   */
  static KerasDescription describe(
      String file, String kind, String json, Map<String, Shape> weights, KerasOptions options) {
    return new Describer(file).all(kind, json, weights, options);
  }

  private KerasDescription all(KerasFile from, KerasOptions options) {
    KerasOptions noting = options.notes(note -> notes.add(cut(note)));
    Map<String, String> kinds = from.layerKinds();
    List<LayerArrays> arrays = List.of();
    try {
      if (from.hasModel()) {
        survey(from.model(), noting.reading(from));
      }
    } catch (KerasException e) { // its version
      fault(String.valueOf(e.getMessage()));
    }
    try {
      arrays = arrays(from, kinds);
      if (survey.flatMap(Survey::network).isPresent()) {
        WeightPlan.byName(from, survey.get().network().get(), noting);
        TrainingReader.read(
            from,
            survey.get().network().get(),
            options.customMetrics(),
            note -> notes.add(Said.line(note)));
      }
    } catch (KerasException e) {
      fault(String.valueOf(e.getMessage()));
    }
    Map<String, List<KerasDescription.Weight>> weights = new LinkedHashMap<>();
    kinds.keySet().forEach(name -> weights.put(name, List.of()));
    arrays.forEach(
        a ->
            weights.put(
                a.layer(),
                a.arrays().stream()
                    .map(n -> new KerasDescription.Weight(n.name(), n.data().shape()))
                    .toList()));
    return description(
        from.kind().ending(),
        from.version(),
        from.hasModel() ? name(from.model()) : "",
        kinds,
        weights);
  }

  private KerasDescription all(
      String kind, String text, Map<String, Shape> shapes, KerasOptions options) {
    Map<String, Object> model = new LinkedHashMap<>();
    try {
      if (!(Json.read(text) instanceof Map<?, ?> map)) {
        throw new KerasException(file, "model JSON is no object {..}");
      }
      map.forEach((k, v) -> model.put(String.valueOf(k), v));
      survey(
          model,
          new ReadOptions(
              KerasVersion.KERAS3,
              options.customLayers(),
              options.skipped(),
              note -> notes.add(cut(note))));
    } catch (ArchitectureException e) {
      throw new KerasException(file, String.valueOf(e.getMessage()), e);
    }
    Map<String, String> kinds = KerasFile.layerKinds(model);
    Map<String, List<KerasDescription.Weight>> weights = new LinkedHashMap<>();
    kinds.keySet().forEach(name -> weights.put(name, new ArrayList<>()));
    shapes.forEach(
        (weight, shape) -> {
          for (int i = weight.indexOf('/'); i >= 0; i = weight.indexOf('/', i + 1)) {
            List<KerasDescription.Weight> own = weights.get(weight.substring(0, i));
            if (own != null) {
              own.add(new KerasDescription.Weight(weight, shape));
            }
          }
        });
    for (Map.Entry<String, List<KerasDescription.Weight>> e : weights.entrySet()) {
      List<KerasDescription.Weight> own = e.getValue();
      Optional<Layer> layer = survey.flatMap(s -> s.layer(e.getKey()));
      if (shapes.isEmpty() && layer.isPresent()) {
        layer
            .get()
            .parameters()
            .forEach(p -> own.add(new KerasDescription.Weight(p.localName(), p.shape())));
      }
    }
    Object version = model.get("keras_version");
    return description(
        kind, version == null ? "" : version.toString(), name(model), kinds, weights);
  }

  private void survey(Map<String, Object> model, ReadOptions options) {
    Survey s = Survey.of(model, options);
    survey = Optional.of(s);
    s.faults().forEach(f -> faults.add(new Survey.Fault(f.layer(), cut(f.reason()))));
  }

  private void fault(String message) {
    faults.add(new Survey.Fault("", cut(message)));
  }

  /** Without the file's name, which stands above. */
  private String cut(String text) {
    String start = file + ": ";
    return Said.cut(text.startsWith(start) ? text.substring(start.length()) : text, MOST);
  }

  private static String name(Map<String, Object> model) {
    Object name = model.get("config") instanceof Map<?, ?> c ? c.get("name") : null;
    return name == null ? "model" : String.valueOf(name);
  }

  /** All arrays by the layers that they are of. */
  private List<LayerArrays> arrays(KerasFile from, Map<String, String> kinds) {
    if (from.kind() == KerasFile.Kind.H5) {
      return from.weights(List.of(), Set.of());
    }
    Optional<List<Layer>> layers =
        survey.flatMap(Survey::network).map(n -> inOrder(n.layers(), kinds));
    return layers.isPresent()
        ? from.weights(layers.get(), leftOut(layers.get(), kinds))
        : ObjectWeights.byClass(from.root(), kinds);
  }

  private static List<Layer> inOrder(List<Layer> layers, Map<String, String> kinds) {
    Map<String, Layer> byName = new LinkedHashMap<>();
    layers.forEach(l -> byName.put(l.name(), l));
    return kinds.keySet().stream().filter(byName::containsKey).map(byName::get).toList();
  }

  private static Set<String> leftOut(List<Layer> layers, Map<String, String> kinds) {
    Map<String, String> left = new LinkedHashMap<>(kinds);
    layers.forEach(l -> left.remove(l.name()));
    return Set.copyOf(left.values());
  }

  private KerasDescription description(
      String kind,
      String version,
      String model,
      Map<String, String> kinds,
      Map<String, List<KerasDescription.Weight>> weights) {
    List<KerasDescription.LayerLine> lines = new ArrayList<>();
    weights.forEach(
        (name, all) ->
            lines.add(
                new KerasDescription.LayerLine(
                    name, kinds.getOrDefault(name, ""), output(name), all)));
    return new KerasDescription(
        file,
        kind,
        version,
        model,
        lines,
        survey.map(s -> List.copyOf(s.missing())).orElse(List.of()),
        faults.stream().map(Survey.Fault::reason).distinct().toList(),
        notes.stream().distinct().toList());
  }

  private String output(String layer) {
    return survey.stream()
        .flatMap(s -> s.outputs(layer).stream())
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }
}
