package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.model.Model;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Which array of a file goes to which weight: all of it checked before a number is read. */
final class WeightPlan {
  private final String file;
  private final KerasOptions options;
  private final boolean trainableFirst;
  private final Map<Parameter, Data> sources = new HashMap<>();
  private List<Layer> layers = List.of();

  private WeightPlan(KerasFile file, KerasOptions options) {
    this.file = file.file();
    this.options = options;
    this.trainableFirst = file.kind() == KerasFile.Kind.H5;
  }

  /** For the model whose architecture is in the file: layers are found by name. */
  static WeightPlan byName(KerasFile file, Network network, KerasOptions options) {
    Map<String, String> kinds = file.layerKinds();
    Map<String, Layer> all = KerasForm.byName(network);
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (String name : kinds.keySet()) {
      Layer layer = all.get(name);
      if (layer != null) {
        layers.put(name, layer);
      }
    }
    Map<String, String> leftOut = new LinkedHashMap<>(kinds);
    leftOut.keySet().removeAll(layers.keySet());
    WeightPlan plan = new WeightPlan(file, options);
    plan.layers = List.copyOf(layers.values());
    List<Layer> waiting = weighted(List.copyOf(layers.values()));
    for (LayerArrays a : file.weights(List.copyOf(layers.values()), Set.copyOf(leftOut.values()))) {
      if (leftOut.containsKey(a.layer())) {
        continue; // said when the architecture was read
      }
      Layer layer = layers.get(a.layer());
      if (layer == null) {
        throw new KerasException(
            file.file(),
            "has weights of a layer \"" + a.layer() + "\" that its model does not have");
      }
      plan.take(layer, a);
      waiting.remove(layer);
    }
    for (Layer l : waiting) {
      plan.passOver(l.requiredName(), "has no weights of " + l.label());
    }
    return plan;
  }

  /** For a model that is there: layers come in order, as in Keras's load_weights. */
  static WeightPlan byOrder(KerasFile file, Network network, KerasOptions options) {
    WeightPlan plan = new WeightPlan(file, options);
    List<LayerArrays> arrays = new ArrayList<>(file.weights(network.layers(), Set.of()));
    List<Layer> layers = weighted(network.layers());
    if (arrays.size() == layers.size()) { // a name of either leaves out the two
      for (int i = layers.size() - 1; i >= 0; i--) {
        String note = layers.get(i).label() + " keeps its weights";
        if (plan.isSkipped(layers.get(i).requiredName(), note)
            || plan.isSkipped(arrays.get(i).layer(), note)) {
          layers.remove(i);
          arrays.remove(i);
        }
      }
    }
    arrays.removeIf(a -> plan.isSkipped(a.layer(), "not taken: weights of \"" + a.layer() + "\""));
    layers.removeIf(l -> plan.isSkipped(l.requiredName(), l.label() + " keeps its weights"));
    if (arrays.size() != layers.size()) {
      throw new KerasException(
          file.file(),
          "has weights of "
              + arrays.size()
              + " layers "
              + arrays.stream().map(LayerArrays::layer).toList()
              + ", the model has "
              + layers.size()
              + " with weights "
              + layers.stream().map(Layer::name).toList()
              + "; leave layers out by name (KerasOptions.skipLayer)");
    }
    for (int i = 0; i < layers.size(); i++) {
      plan.take(layers.get(i), arrays.get(i));
    }
    return plan;
  }

  private static List<Layer> weighted(List<Layer> layers) {
    return new ArrayList<>(layers.stream().filter(l -> !l.parameters().isEmpty()).toList());
  }

  private boolean isSkipped(String layer, String note) {
    boolean skipped = options.skipped().contains(layer);
    if (skipped) {
      options.notesOf(file).accept(note);
    }
    return skipped;
  }

  private void passOver(String layer, String problem) {
    if (!options.skipped().contains(layer)) {
      throw new KerasException(
          file, problem + "; to let it keep its initial weights, skip it by name (skipLayer)");
    }
    options.notesOf(file).accept(problem + ": it keeps its initial weights");
  }

  private void take(Layer layer, LayerArrays from) {
    List<Parameter> own = layer.parameters();
    List<Parameter> parameters =
        trainableFirst
            ? Stream.concat(
                    own.stream().filter(Parameter::isTrainable),
                    own.stream().filter(p -> !p.isTrainable()))
                .toList()
            : own;
    List<LayerArrays.Named> arrays = from.arrays();
    if (arrays.size() != parameters.size()) {
      passOver(
          layer.requiredName(),
          "has "
              + arrays.size()
              + " weights "
              + arrays.stream().map(a -> a.name() + " " + a.data().shape()).toList()
              + " of layer \""
              + from.layer()
              + "\", "
              + layer.label()
              + " has "
              + parameters.size()
              + " "
              + parameters);
      return;
    }
    Map<Parameter, Data> found = new HashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter p = parameters.get(i);
      LayerArrays.Named a = arrays.get(i);
      if (!a.data().shape().equals(p.shape())) {
        passOver(
            layer.requiredName(),
            "has the weight "
                + a.name()
                + " with shape "
                + a.data().shape()
                + ", "
                + layer.label()
                + " expects "
                + p.localName()
                + " "
                + p.shape());
        return;
      }
      found.put(p, a.data());
    }
    sources.putAll(found);
  }

  /** The weights that are trained, in the file's order of layers. */
  List<Parameter> trained() {
    return layers.stream()
        .flatMap(l -> l.parameters().stream())
        .filter(Parameter::isTrainable)
        .toList();
  }

  /** The element type that holds the file's weights exactly. */
  DType dtype() {
    return sources.values().stream().anyMatch(Data::isDouble) ? DType.FLOAT64 : DType.FLOAT32;
  }

  /** Reads the arrays. */
  Map<Parameter, Tensor> read() {
    Map<Parameter, Tensor> values = new HashMap<>();
    DType dtype = dtype();
    sources.forEach((p, data) -> values.put(p, data.read(dtype)));
    return values;
  }

  /** Reads the arrays into a model; a weight without one keeps its value. */
  void apply(Model model) {
    Map<Parameter, Tensor> values = read();
    List<Parameter> parameters = model.network().parameters();
    List<Tensor> now =
        values.size() < parameters.size() ? List.copyOf(model.weights().values()) : List.of();
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      Tensor value = values.get(parameters.get(i));
      all.add(value == null ? now.get(i) : value.cast(model.dtype()));
    }
    model.setWeights(all);
  }
}
