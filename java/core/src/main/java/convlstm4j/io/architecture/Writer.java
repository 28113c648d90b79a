package convlstm4j.io.architecture;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Layers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network as Keras's Functional model. */
final class Writer {
  private final Network network;

  /** Which call of its layer a node is, counted in the network's order. */
  private final Map<Node, Integer> calls = new HashMap<>();

  private final Map<Layer, List<Node>> nodes = new HashMap<>();

  Writer(Network network) {
    this.network = network;
    for (Node n : network.nodes()) {
      List<Node> ofLayer = nodes.computeIfAbsent(n.layer(), l -> new ArrayList<>());
      calls.put(n, ofLayer.size());
      ofLayer.add(n);
    }
  }

  Map<String, Object> model(String name) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("name", name);
    config.put("trainable", true);
    config.put("layers", network.layers().stream().map(this::layer).toList());
    config.put("input_layers", network.inputs().stream().map(this::reference).toList());
    config.put("output_layers", network.outputs().stream().map(this::reference).toList());
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("class_name", "Functional");
    model.put("keras_version", "3.0.0");
    model.put("config", config);
    return model;
  }

  private Map<String, Object> layer(Layer layer) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", layer.kerasClass());
    form.put("name", layer.name());
    List<Object> inbound = new ArrayList<>();
    if (layer instanceof InputLayer) {
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("name", layer.name());
      config.putAll(layer.config());
      config.put("dtype", "float32");
      form.put("config", config);
    } else {
      try {
        form.put("config", Layers.toKeras(layer).get("config"));
      } catch (IllegalArgumentException e) {
        throw new ArchitectureException(layer.label() + ": " + e.getMessage(), e);
      }
      nodes.get(layer).forEach(n -> inbound.add(call(n.arguments())));
    }
    form.put("inbound_nodes", inbound);
    return form;
  }

  private List<Object> call(Arguments<Symbol> arguments) {
    Map<String, Object> options = new LinkedHashMap<>();
    arguments.mask().ifPresent(m -> options.put("mask", reference(m)));
    List<Symbol> tensors = new ArrayList<>(arguments.data());
    tensors.addAll(arguments.initialState());
    List<Object> call = new ArrayList<>();
    for (Symbol s : tensors) {
      List<Object> entry = new ArrayList<>(reference(s));
      entry.add(options);
      call.add(entry);
    }
    return call;
  }

  private List<Object> reference(Symbol s) {
    return List.of(s.node().layer().name(), calls.get(s.node()), s.index());
  }
}
